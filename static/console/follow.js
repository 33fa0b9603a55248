// Follows a test sign-in, which goes on in another tab, in the tab that it began in:
//   <form data-follow="ID"> begins to follow when it is sent;
//   <div id="ID" data-progress-url="…" data-known="the test that is over already" hidden>
//     <h3 data-sentence></h3><div data-detail></div>
//   </div>; with data-waits it is followed at once.
// The address answers {id, state, sentence, html}; every state but "waiting" is the last one.
"use strict";

const PAUSE = 1000;
const LONGEST = 11 * 60 * 1000;
const MOST_FAILURES = 10;

const runs = new WeakMap();

function say(box, sentence) {
  const place = box.querySelector("[data-sentence]");
  box.hidden = false;
  if (place.textContent === sentence) return;
  place.textContent = sentence;
  const region = document.getElementById("gh-announcer");
  if (region) region.textContent = sentence;
}

function show(box, answer) {
  say(box, answer.sentence);
  if (box.shown === answer.html) return;
  box.shown = answer.html;
  // Made by our own server, which escapes what others have sent.
  box.querySelector("[data-detail]").innerHTML = answer.html;
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
  const end = Date.now() + LONGEST;
  let failures = 0;
  while (Date.now() < end && failures < MOST_FAILURES) {
    const answer = await ask(box.dataset.progressUrl);
    if (runs.get(box) !== run) return;
    failures = answer ? 0 : failures + 1;
    if (answer && answer.id && answer.id !== box.dataset.known) {
      show(box, answer);
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
