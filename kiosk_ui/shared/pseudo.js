/**
 * A language that nobody speaks, to try the screens with: English with marks, longer by a third,
 * and written from right to left. It is never offered; an address asks for it (`?language=ar-XB`).
 */

export const PSEUDO = "ar-XB";

const PLAIN = "aceinosuyACEINOSUY";
const MARKED = "áçéíñóšúýÁÇÉÍÑÓŠÚÝ";
const BEGIN = "\u202e"; // right-to-left override
const END = "\u202c";
const WORD = /.{1,8}/g;

/** @param {string} text in English */
export function pseudo(text) {
  if (!/\p{L}/u.test(text)) return text;
  const marked = [...text].map((letter) => MARKED[PLAIN.indexOf(letter)] ?? letter).join("");
  const longer = "ó".repeat(Math.round(text.length / 3));
  return `${BEGIN}${marked}${longer.replace(WORD, " $&")}${END}`;
}

const FROM_THE_RIGHT = new Set(["ar", "he", "fa", "ur", "yi", "ps", "sd", "ug", "dv", "ckb"]);

/** @param {string} language BCP 47 @returns {"ltr" | "rtl"} */
export function directionOf(language) {
  return FROM_THE_RIGHT.has(language.split("-")[0]) ? "rtl" : "ltr";
}
