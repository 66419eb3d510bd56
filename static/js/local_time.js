// <time datetime="..." data-local-time>: the page says UTC; the same moment in local time stands in the tooltip.

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "long" });

document.addEventListener("pointerover", ({ target }) => {
  const time = target.closest?.("time[data-local-time]");
  if (time && !time.title) time.title = `${format.format(new Date(time.dateTime))} (local time)`;
});
