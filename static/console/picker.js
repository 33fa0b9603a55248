// A field of names becomes a search: <textarea data-picker="ADDRESS" data-find="Find …"> and what
// it says of what is chosen (console/base/picker.py).  The text field is what is sent: it keeps a
// line for each that is chosen, and one for what is written and not chosen yet.  By keyboard it is
// the combobox of the ARIA Authoring Practices: arrows move, Enter takes, Escape closes.
const PAUSE = 150;
const FEW = 3;
const LINE_BREAKS = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => value !== null && made.setAttribute(name, value));
  made.append(...children);
  return made;
}

// The name, and the line that means it where that is something else.
function called({ name, value, detail }) {
  const besides = [value === name ? "" : value, detail].filter(Boolean);
  return [element("bdi", {}, name), ...besides.map((each) => element("span", { class: "gh-help" }, element("bdi", {}, each)))];
}

function begin(area) {
  const said = area.dataset;
  const id = area.id;
  const chosen = area.value.split(LINE_BREAKS).map((line) => line.trim()).filter(Boolean).map((line) => ({ name: line, value: line }));
  const field = element("input", {
    id, type: "text", class: "gh-input", role: "combobox", autocomplete: "off", spellcheck: "false", maxlength: 300, placeholder: said.find,
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-found`,
    "aria-describedby": area.getAttribute("aria-describedby"), "aria-invalid": area.getAttribute("aria-invalid"),
    "aria-required": area.required || null,
  });
  const list = element("ul", { id: `${id}-found`, class: "gh-picker__found", role: "listbox", "aria-label": said.find, hidden: "" });
  const chips = element("ul", { class: "gh-picker__chosen", "aria-label": said.chosen });
  const status = element("p", { class: "gh-help", role: "status" });
  let [asking, timer, found, at, known] = [new AbortController(), 0, [], -1, ""];
  // As a function: a name with a dollar sign is no pattern.
  const say = (text, name) => { status.textContent = text.replace("%s", () => name); };

  function write() {
    area.value = [...chosen.map((each) => each.value), field.value.trim()].filter(Boolean).join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function mark(place) {
    at = place;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", index === at));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (at < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", list.children[at].id);
  }

  function show(offered) {
    found = offered.filter(({ value }) => !chosen.some((each) => each.value === value));
    list.replaceChildren(...found.map((each, index) => element("li", { id: `${id}-found-${index}`, role: "option" }, ...called(each))));
    list.hidden = !found.length;
    field.setAttribute("aria-expanded", !list.hidden);
    // Nobody is taken by Enter whom the text does not mean.
    const typed = field.value.trim().toLowerCase();
    mark(found.length === 1 ? 0 : found.findIndex(({ value }) => value.toLowerCase() === typed));
  }

  function close() {
    clearTimeout(timer);
    asking.abort();
    show([]);
  }

  function clear() {
    field.value = "";
    write();
    status.textContent = "";
  }

  function draw() {
    chips.replaceChildren(...chosen.map((each, index) => {
      const button = element("button", { type: "button", "aria-label": said.remove.replace("%s", () => each.name) }, "×");
      button.addEventListener("click", () => {
        chosen.splice(index, 1);
        draw();
        write();
        say(said.removed, each.name);
        (chips.children[Math.min(index, chosen.length - 1)]?.querySelector("button") ?? field).focus();
      });
      return element("li", { class: "gh-chip" }, element("span", {}, ...called(each)), button);
    }));
    chips.hidden = !chosen.length;
  }

  function take(...taken) {
    chosen.push(...taken.filter(({ value }, index) => ![...chosen, ...taken.slice(0, index)].some((each) => each.value === value)));
    [field.value, known] = ["", ""];
    close();
    draw();
    write();
    say(said.added, taken.length > FEW ? taken.length : taken.map(({ name }) => name).join(", "));
  }

  async function ask() {
    const typed = field.value.trim();
    clearTimeout(timer);
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    if (!typed) return close();
    try {
      const answer = await fetch(said.picker + encodeURIComponent(typed), { signal, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      if (signal.aborted) return;
      known = typed;
      show(told.found);
      status.textContent = told.said;
    } catch (error) {
      if (error.name === "AbortError") return;
      known = typed;
      close();
      status.textContent = said.failed;
    }
  }

  async function enter() {
    const typed = field.value.trim();
    if (typed && typed !== known) await ask();
    if (!typed || typed !== field.value.trim()) return;
    if (found[at]) take(found[at]);
    else if (found.length) mark(0);
    else take({ name: typed, value: typed });
  }

  field.addEventListener("input", () => {
    write();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });

  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (step && !found.length) ask();
    else if (step) mark((Math.max(at, step < 0 ? 0 : -1) + step + found.length) % found.length);
    else if (event.key === "Enter") enter();
    else if (event.key === "Escape" && found.length) close();
    else if (event.key === "Escape" && field.value) clear();
    else return;
    event.preventDefault();
  });

  field.addEventListener("paste", (event) => {
    const lines = event.clipboardData.getData("text").split(LINE_BREAKS).map((line) => line.trim()).filter(Boolean);
    if (lines.length < 2) return;
    event.preventDefault();
    take(...lines.map((line) => ({ name: line, value: line })));
  });

  field.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // The field keeps the focus.
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) take(found[place]);
  });

  area.removeAttribute("id");
  area.required = false;
  area.hidden = true;
  area.before(element("div", { class: "gh-picker" }, chips, field, list, status));
  draw();
}

document.querySelectorAll("textarea[data-picker]").forEach(begin);
