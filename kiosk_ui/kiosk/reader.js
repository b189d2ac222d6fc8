/** Reads the kiosk aloud: what has the focus, and what speaks for itself (labels, questions). */

const NAMED = { BUTTON: "Button" };

/** Its texts, each as it was written. @param {Element | null} element */
function textsOf(element) {
  const texts = [];
  const walker = element && document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (walker?.nextNode()) texts.push(walker.currentNode.textContent ?? "");
  return texts;
}

/** What it points to by ids, as in aria-labelledby. @param {Element} element @param {string} name */
function pointed(element, name) {
  const ids = (element.getAttribute(name) ?? "").split(" ");
  return ids.flatMap((id) => textsOf(document.getElementById(id)));
}

/**
 * The name of a control, its value and description, as a screen reader would say them.
 * @param {Element} element
 */
function partsOf(element) {
  const named = [element.getAttribute("aria-label") ?? ""].filter(Boolean);
  const other = named.length > 0 ? named : pointed(element, "aria-labelledby");
  const texts = other.length > 0 ? other : textsOf(element);
  const value = element.getAttribute("aria-valuetext") ?? "";
  return [...texts, value, ...pointed(element, "aria-describedby")];
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
    this.speech.say(this.told(view));
  }

  /** The same, after what is being said. @param {Element | null} view */
  goOn(view) {
    this.speech.follow(this.told(view));
  }

  /** @param {Element | null} view */
  told(view) {
    const told = view?.querySelectorAll("h1, .described, .story, .intro, .invitation") ?? [];
    return [...told].flatMap(textsOf);
  }

  /** @param {Element} element */
  read(element) {
    const { words } = this;
    const parts = partsOf(element);
    if (element.tagName in NAMED) parts.push(words.say("Button"));
    const pressed = element.getAttribute("aria-pressed");
    if (pressed !== null) parts.push(pressed === "true" ? words.say("On") : words.say("Off"));
    if (element.getAttribute("aria-current") !== null) parts.push(words.say("shown now"));
    this.speech.say(parts);
  }

  /** @param {MutationRecord[]} records */
  hear(records) {
    // Whether words are seen costs a styling of the page, in the frame in which a change begins.
    if (!this.speech.isOn) return;
    for (const { target } of records) {
      const element = target instanceof Element ? target : target.parentElement;
      const speaks = element?.closest("[role=status], [role=alert]");
      const isSeen = speaks?.checkVisibility({ visibilityProperty: true }) === true;
      if (!speaks || !isSeen) continue;
      // A label's parts are joined for the eye.
      return this.speech.say(partsOf(speaks).flatMap((part) => part.split(this.words.say(" · "))));
    }
  }
}
