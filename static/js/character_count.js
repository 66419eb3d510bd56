// <p data-character-count="id of a field" data-limit="512" data-unit="bytes">: how much of the limit is used.
// Without a unit, characters are counted.

function show(counter) {
  const field = document.getElementById(counter.dataset.characterCount);
  const { limit, unit } = counter.dataset;
  const used = unit === "bytes" ? new TextEncoder().encode(field.value).length : [...field.value].length;
  counter.toggleAttribute("data-over", used > Number(limit));
  const number = new Intl.NumberFormat("en-US");
  counter.textContent = `${number.format(used)} of ${number.format(limit)} ${unit ?? "characters"}`;
}

const counters = document.querySelectorAll("[data-character-count]");
for (const counter of counters) show(counter);
for (const event of ["input", "rows:changed"]) document.addEventListener(event, () => counters.forEach(show));
