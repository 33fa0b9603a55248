// Follows a test sign-in, which goes on in another tab, in the tab that it began in:
//   <form data-follow="ID"> begins to follow when it is sent;
//   <div id="ID" data-progress-url="…" data-known="the test that is over already" hidden>
//     <h3 data-sentence></h3><div data-detail></div>
//   </div>; with data-waits it is followed at once.
// The address answers {id, state, sentence, page, html}; every state but "waiting" is the last one.
// The checks of an answer that has just come appear one after the other, in the order in which
// they were made, and what they lead to ([data-conclusion]) after the last; with
// prefers-reduced-motion all is there at once.  The page of a test does the same when it is opened
// for the first time:  <div data-fresh> around both; then the heading of the conclusion has the focus.
// While checks appear, <… data-counting="Check %n of %m"> says which.
"use strict";

const PAUSE = 1000;
const LONGEST = 11 * 60 * 1000;
const MOST_FAILURES = 10;
const LONGEST_REVEAL = 4000;
const LONGEST_STEP = 180;
const SEEN = "gatehouse-test-seen:";

const runs = new WeakMap();

function announce(text) {
  const region = document.getElementById("gh-announcer");
  if (region) region.textContent = text;
}

function say(box, sentence) {
  const place = box.querySelector("[data-sentence]");
  box.hidden = false;
  if (place.textContent === sentence) return;
  place.textContent = sentence;
  announce(sentence);
}

function remembers(page) {
  try {
    const seen = sessionStorage.getItem(SEEN + page);
    sessionStorage.setItem(SEEN + page, "1");
    return Boolean(seen);
  } catch {
    return true;
  }
}

const delay = (time) => new Promise((resolve) => { setTimeout(resolve, time); });

// Nobody sees what appears in a tab that is behind another one.
function untilLookedAt() {
  if (!document.hidden) return null;
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}

function count(root, number, all) {
  root.querySelectorAll("[data-counting]").forEach((place) => {
    place.hidden = number > all;
    place.textContent = place.dataset.counting.replace("%n", number).replace("%m", all);
  });
}

// The stages that are over only when the last check is there; returns what brings them back.
function holdBack(root) {
  const stages = [...root.querySelectorAll("[data-while-checking]")];
  const found = stages.map((stage) => [stage, stage.className, [...stage.children].slice(1)]);
  found.forEach(([stage, , rest]) => {
    stage.className = stage.dataset.whileChecking;
    rest.forEach((element) => { element.hidden = true; });
  });
  return () => found.forEach(([stage, name, rest]) => {
    stage.className = name;
    rest.forEach((element) => { element.hidden = false; });
  });
}

async function reveal(root, isCurrent) {
  const checks = [...root.querySelectorAll("[data-checks] > li")];
  const after = [...root.querySelectorAll("[data-conclusion]")];
  if (!checks.length || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  [...checks, ...after].forEach((element) => { element.hidden = true; });
  const bringBack = holdBack(root);
  const step = Math.min(LONGEST_STEP, LONGEST_REVEAL / checks.length);
  for (const [index, check] of checks.entries()) {
    count(root, index + 1, checks.length);
    await untilLookedAt();
    await delay(step);
    if (!isCurrent()) break;
    check.hidden = false;
    check.classList.add("is-new");
  }
  count(root, checks.length + 1, checks.length);
  bringBack();
  [...checks, ...after].forEach((element) => { element.hidden = false; });
}

async function show(box, answer, isCurrent) {
  if (box.shown !== answer.html) {
    box.shown = answer.html;
    box.hidden = false;
    // Made by our own server, which escapes what others have sent.
    box.querySelector("[data-detail]").innerHTML = answer.html;
    if (answer.page) {
      remembers(answer.page);
      say(box, box.dataset.checking);
      await reveal(box, isCurrent);
    }
  }
  if (isCurrent()) say(box, answer.sentence);
}

async function ask(url) {
  try {
    const answer = await fetch(url, { cache: "no-store", redirect: "error" });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

// A browser slows the timers of a tab that nobody looks at; looking at it again ends the pause.
function pause() {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", done);
      resolve();
    };
    const timer = setTimeout(done, PAUSE);
    document.addEventListener("visibilitychange", done);
  });
}

async function follow(box) {
  const run = {};
  runs.set(box, run);
  const isCurrent = () => runs.get(box) === run;
  const end = Date.now() + LONGEST;
  let failures = 0;
  while (Date.now() < end && failures < MOST_FAILURES) {
    const answer = await ask(box.dataset.progressUrl);
    if (!isCurrent()) return;
    failures = answer ? 0 : failures + 1;
    if (answer && answer.id && answer.id !== box.dataset.known) {
      await show(box, answer, isCurrent);
      if (answer.state !== "waiting") {
        box.dataset.known = answer.id;
        return;
      }
    }
    await pause();
  }
  say(box, box.dataset.lost);
}

document.addEventListener("submit", (event) => {
  const box = document.getElementById(event.target.dataset?.follow || "");
  if (!box) return;
  say(box, box.dataset.opening);
  box.querySelector("[data-detail]").replaceChildren();
  box.shown = "";
  follow(box);
});

document.querySelectorAll("[data-progress-url][data-waits]").forEach(follow);

document.querySelectorAll("[data-fresh]").forEach(async (root) => {
  if (remembers(location.pathname)) return;
  await reveal(root, () => true);
  const heading = root.querySelector("[data-conclusion] h2");
  if (document.activeElement === document.body) heading.focus({ preventScroll: true });
});
