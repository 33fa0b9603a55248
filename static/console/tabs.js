// Shows the tab that is open where there is no room for all of them, also when a phone is turned;
// and the present page in the list of pages, where a low window has no room for all of it.
// A module, so it is strict without saying so.
const observer = new ResizeObserver((changed) => changed.forEach(({ target }) => {
  const [bar, tab] = [target, target.querySelector("[aria-current]") ?? target].map((each) => each.getBoundingClientRect());
  target.scrollLeft += tab.left + tab.width / 2 - bar.left - bar.width / 2;
}));
document.querySelectorAll(".gh-tabs").forEach((bar) => observer.observe(bar));
document.querySelector(".gh-side__pages [aria-current]")?.scrollIntoView({ block: "nearest" });
