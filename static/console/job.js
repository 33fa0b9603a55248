// Follows work that goes on by itself:
//   <section data-job-url="…"><div data-now="its state"><strong data-said>…</strong> …</div></section>
// The address answers the part inside.  When that has data-over, nothing more happens by itself,
// and the page of that address is shown.  What is said is announced at most every ten seconds.
"use strict";

const FIRST_PAUSE = 500;
const PAUSE = 2000;
const QUIET = 10000;

let announced = Date.now();

function announce(text) {
  if (Date.now() - announced < QUIET) return;
  announced = Date.now();
  document.getElementById("gh-announcer").textContent = text;
}

async function look(box) {
  const answer = await fetch(box.dataset.jobUrl, { cache: "no-store", redirect: "error" }).catch(() => null);
  if (answer?.ok) {
    // Made by our own server, which escapes what people are called.
    box.innerHTML = await answer.text();
    const { over } = box.firstElementChild.dataset;
    if (over) return location.replace(over);
    announce(box.querySelector("[data-said]").textContent);
  }
  return setTimeout(look, PAUSE, box);
}

document.querySelectorAll("[data-job-url]").forEach((box) => setTimeout(look, FIRST_PAUSE, box));
