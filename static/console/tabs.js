// Shows the tab that is open where there is no room for all of them.
"use strict";

document.querySelectorAll(".gh-tabs [aria-current]").forEach((tab) => {
  const [bar, box] = [tab.parentElement.getBoundingClientRect(), tab.getBoundingClientRect()];
  tab.parentElement.scrollLeft += box.left + box.width / 2 - bar.left - bar.width / 2;
});
