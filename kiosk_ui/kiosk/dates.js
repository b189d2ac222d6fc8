/** A photograph's date, as EDTF writes it, in a visitor's words. */

/** @typedef {import("../shared/words.js").Words} Words */

/** @param {string} day `1974-09-01` or `1974-09` @param {string} language */
function spelled(day, language) {
  const [year, month, date] = day.split("-").map(Number);
  /** @type {Intl.DateTimeFormatOptions} */
  const fields = { year: "numeric", month: "long", timeZone: "UTC" };
  if (date) fields.day = "numeric";
  const moment = new Date(Date.UTC(year, month - 1, date || 1));
  return new Intl.DateTimeFormat(language, fields).format(moment);
}

/**
 * @param {string} edtf `1974-09-01`, `1974`, `1974~`, `197X`; anything else is shown as it is
 * @param {Words} words
 */
export function dateText(edtf, words) {
  if (/^\d{4}-\d{2}(-\d{2})?$/.test(edtf)) return spelled(edtf, words.locale);
  if (/^\d{4}$/.test(edtf)) return words.say("{year}", { year: edtf });
  if (/^\d{4}~$/.test(edtf)) return words.say("about {year}", { year: edtf.slice(0, 4) });
  if (/^\d{3}X$/.test(edtf)) return words.say("{decade}s", { decade: `${edtf.slice(0, 3)}0` });
  return edtf;
}
