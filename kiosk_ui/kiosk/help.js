/** Help: what a hand and the keys can do, and how this visitor wants the kiosk. */

import { element } from "../shared/dom.js";
import { Panel } from "./panel.js";
import { pressable } from "./press.js";

/** @typedef {import("../shared/words.js").Words} Words */
/** @typedef {import("./comfort.js").Comfort} Comfort */

const HANDS = [
  "Touch a photograph to open it. Touch Restore, and it comes clear by itself.",
  "Hold a finger on the picture to see the original.",
  "Touch twice, or spread two fingers, to look closer.",
];
const KEYS = [
  "Previous and Next go from one thing to the other; Select chooses it.",
  "Back leaves; Help is this page; Volume makes the voice louder.",
];
const CHOICES = /** @type {const} */ ([
  ["speech", "Read aloud"],
  ["low", "Everything lower"],
  ["contrast", "Stronger contrast"],
  ["calm", "Less motion"],
]);

/** @param {Words} words @param {string[]} lines */
function list(words, lines) {
  return element("ul", "", ...lines.map((line) => element("li", "", words.say(line))));
}

/** @param {Words} words @param {() => void} act */
export function helpButton(words, act) {
  return pressable("quiet-button help", words.say("Help"), ["?"], act);
}

/** @param {Words} words @param {Comfort} comfort */
export function helpPanel(words, comfort) {
  const choices = CHOICES.map(([what, name]) => {
    const button = pressable("quiet-button", "", [words.say(name)], () => {
      comfort.toggle(what);
      button.setAttribute("aria-pressed", String(comfort[what]));
    });
    button.setAttribute("aria-pressed", String(comfort[what]));
    return button;
  });
  const content = [
    element("section", "made", element("h3", "", words.say("With your hands")), list(words, HANDS)),
    element("section", "made", element("h3", "", words.say("With the keys")), list(words, KEYS)),
  ];
  const panel = new Panel(words.say("Help"), words.say("Close"), content);
  const group = element("div", "choices", ...choices);
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", words.say("How you want it"));
  panel.body.after(group);
  return panel;
}
