/** A title: the visitor's language leads, the other follows once, smaller and quieter. */

import { element } from "../shared/dom.js";

/**
 * @param {"h1" | "h2"} tag
 * @param {import("../types/edition.js").Text} text
 * @param {string[]} languages of the edition
 * @param {import("../shared/words.js").Words} words
 */
export function titled(tag, text, languages, words) {
  const group = element("hgroup", "titled", element(tag, "", words.of(text)));
  const companion = words.companion(text, languages);
  if (companion) {
    const second = element("p", "companion", companion.text);
    second.lang = companion.language;
    second.dir = "auto";
    group.append(second);
  }
  return group;
}
