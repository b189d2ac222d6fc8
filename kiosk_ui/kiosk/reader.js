/** Reads the kiosk aloud: what has the focus, and what speaks for itself (labels, questions). */

const NAMED = { BUTTON: "Button" };

/**
 * The name of a control, as a screen reader would say it.
 * @param {Element} element
 */
export function nameOf(element) {
  const label = element.getAttribute("aria-label") ?? "";
  const named = element.getAttribute("aria-labelledby");
  const other = named ? (document.getElementById(named)?.textContent ?? "") : "";
  const text = label || other || (element.textContent ?? "");
  const value = element.getAttribute("aria-valuetext") ?? "";
  return [text, value].filter(Boolean).join(". ").replace(/\s+/g, " ").trim();
}

export class Reader {
  /**
   * @param {import("./speech.js").Speech} speech
   * @param {import("../shared/words.js").Words} words
   */
  constructor(speech, words) {
    this.speech = speech;
    this.words = words;
    document.addEventListener("focusin", ({ target }) => {
      if (target instanceof Element) this.read(target);
    });
    const changed = new MutationObserver((records) => this.hear(records));
    changed.observe(document.body, { subtree: true, childList: true, characterData: true });
  }

  /** What a view says of itself as it opens. @param {Element | null} view */
  begin(view) {
    const told = view?.querySelectorAll("h1, .story, .intro, .invitation") ?? [];
    this.speech.say([...told].map((part) => part.textContent ?? "").join(". "));
  }

  /** @param {Element} element */
  read(element) {
    const { words } = this;
    const parts = [nameOf(element)];
    if (element.tagName in NAMED) parts.push(words.say("Button"));
    const pressed = element.getAttribute("aria-pressed");
    if (pressed !== null) parts.push(pressed === "true" ? words.say("On") : words.say("Off"));
    if (element.getAttribute("aria-current") !== null) parts.push(words.say("shown now"));
    this.speech.say(parts.filter(Boolean).join(", "));
  }

  /** @param {MutationRecord[]} records */
  hear(records) {
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const speaks = element?.closest("[role=status], [role=alert]");
      const isSeen = speaks?.checkVisibility({ visibilityProperty: true }) === true;
      if (!speaks || !isSeen) continue;
      return this.speech.say(nameOf(speaks));
    }
  }
}
