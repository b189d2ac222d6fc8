/** Words: the interface's own strings, and a curator's texts in the visitor's language. */

import { directionOf, PSEUDO, pseudo } from "./pseudo.js";

/** @typedef {import("../types/edition.js").Text} Text */
/** @typedef {Record<string, Record<string, string>>} Table per language, per English phrase */

const OWN_NAMES = /** @type {Record<string, string>} */ ({ "zh-Hans": "中文", "zh-Hant": "中文" });

/**
 * A language's name in that language.
 * @param {string} language
 */
export function ownName(language) {
  return OWN_NAMES[language] ?? endonym(language);
}

/** @param {string} language */
function endonym(language) {
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

export class Words {
  /** @param {Table} table @param {string} [language] */
  constructor(table, language = "en") {
    this.table = table;
    this.language = language;
    this.isPseudo = false;
  }

  /** The language as dates and numbers are written in it. */
  get locale() {
    return this.isPseudo ? "en" : this.language;
  }

  /** The strings that the page was served with. */
  static ofPage() {
    const words = new Words(JSON.parse(document.getElementById("strings")?.textContent ?? "{}"));
    words.isPseudo = new URLSearchParams(location.search).get("language") === PSEUDO;
    return words;
  }

  /** Turns the page to a language, and to the side from which it is written. @param {string} language */
  turnPage(language) {
    this.language = language;
    const page = document.documentElement;
    page.lang = this.isPseudo ? PSEUDO : language;
    page.dir = directionOf(page.lang);
  }

  /**
   * @param {string} phrase in English, with its `{places}`
   * @param {Record<string, string | number>} [values] for the places
   * @param {string} [language]
   */
  say(phrase, values = {}, language = this.language) {
    const base = language.split("-")[0];
    const known = this.table[language]?.[phrase] ?? this.table[base]?.[phrase] ?? phrase;
    const found = this.isPseudo ? phrase : known;
    const filled = found.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));
    return this.isPseudo ? pseudo(filled) : filled;
  }

  /**
   * A curator's text in the visitor's language, else in one near it, else in any that it has.
   * @param {Text} text @param {string} [language]
   */
  of(text, language = this.language) {
    if (this.isPseudo) return pseudo(text.en ?? Object.values(text)[0] ?? "");
    const near = Object.keys(text).find((tag) => tag.split("-")[0] === language.split("-")[0]);
    return text[language] ?? text[near ?? ""] ?? Object.values(text)[0] ?? "";
  }

  /**
   * The same, but nothing where it was not written in the visitor's language or one near it.
   * @param {Text} text
   */
  own(text) {
    const base = this.language.split("-")[0];
    const isOwn = this.isPseudo || Object.keys(text).some((tag) => tag.split("-")[0] === base);
    return isOwn ? this.of(text) : "";
  }

  /**
   * The same title in the edition's next language, to follow once, smaller and quieter.
   * @param {Text} text @param {string[]} languages
   */
  companion(text, languages) {
    const other = languages.find((language) => language !== this.language && text[language]);
    return other ? { language: other, text: text[other] } : null;
  }
}

/**
 * The time of day as a language writes it: "4:10 PM", "16:10".
 * @param {number} moment ms since 1970 @param {string} language
 */
export function clockTime(moment, language) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(moment);
}
