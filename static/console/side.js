// Brings the present page into sight in the list of pages, where a low window has no room for all.
"use strict";

document.querySelector(".gh-side__pages [aria-current]")?.scrollIntoView({ block: "nearest" });
