/**
 * Speech: what was rendered when the set was built, else a voice of this machine; never one that
 * sends the words elsewhere.
 */

export class Speech {
  /** @param {import("./comfort.js").Comfort} comfort */
  constructor(comfort) {
    this.comfort = comfort;
    /** @type {import("../shared/edition.js").Edition | null} */
    this.edition = null;
    this.language = "en";
    this.audio = new Audio();
    this.said = "";
  }

  /**
   * Says it now; whatever was being said ends.
   * @param {string} text
   */
  say(text) {
    const words = text.trim();
    if (!this.comfort.speech || words === "") return;
    this.hush();
    this.said = words;
    const file = this.edition?.spoken(this.language, words) ?? null;
    if (file === null) return this.speakHere(words);
    this.audio.src = file;
    this.audio.volume = this.comfort.volume;
    this.audio.play().catch(() => this.speakHere(words));
  }

  /** @param {string} words */
  speakHere(words) {
    const synthesis = window.speechSynthesis;
    const primary = this.language.split("-")[0];
    const voices = synthesis?.getVoices() ?? [];
    const voice = voices.find(({ localService, lang }) => localService && lang.startsWith(primary));
    if (!voice) return;
    const spoken = new SpeechSynthesisUtterance(words);
    spoken.voice = voice;
    spoken.lang = voice.lang;
    spoken.volume = this.comfort.volume;
    synthesis.speak(spoken);
  }

  hush() {
    this.audio.pause();
    window.speechSynthesis?.cancel();
  }
}
