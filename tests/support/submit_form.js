// Enter something valid into the form with this number, and send it as its button with this number does.
([number, pressed, values]) => {
  const form = document.forms[number];
  const button = [...form.elements].filter(e => e.type === "submit")[pressed];
  const ofType = {email: "new@new.example", url: "https://new.example/", number: "3", date: "2027-03-04",
    "datetime-local": "2027-03-04T05:06", color: "#86295f"};
  const chosen = new Set();
  for (const e of form.elements) {
    if (!e.name || e.disabled || e.readOnly || e.name.includes("__prefix__")) continue;
    if (e.type === "radio") {
      const others = form.elements[e.name];
      if (!chosen.has(e.name) && ![...(others.length ? others : [others])].some(each => each.checked)) e.checked = true;
      chosen.add(e.name);
    } else if (e.type === "checkbox") {
      if (e.required) e.checked = true;
    } else if (e.tagName === "SELECT") {
      if (!e.value) e.value = [...e.options].map(option => option.value).find(Boolean) ?? "";
    } else if (["hidden", "submit", "button", "file", "reset"].includes(e.type)) {
      continue;
    } else if (!e.value && (e.required || e.name in values)) {
      e.value = values[e.name] ?? ofType[e.type] ?? "New";
    }
  }
  if (button?.name) {
    const said = document.createElement("input");
    Object.assign(said, {type: "hidden", name: button.name, value: button.value});
    form.append(said);
  }
  if (button?.hasAttribute("formaction")) form.action = button.formAction;
  form.removeAttribute("target");
  // Without the events of a press: what asks again before it sends is looked at elsewhere.
  HTMLFormElement.prototype.submit.call(form);
}
