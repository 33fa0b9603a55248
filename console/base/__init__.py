"""What the pages of both admin sites share: the sites, access, lists, forms, exports."""
