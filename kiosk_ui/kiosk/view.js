/** The kiosk's page: shows the view that the snapshot names, and says what is on the glass. */

import { part } from "../shared/dom.js";
import { spokenOf } from "../shared/labels.js";
import { ends, played } from "../shared/timeline.js";
import { AskingView } from "./asking.js";
import { AttractView } from "./attract.js";
import { Besides } from "./besides.js";
import { Extras } from "./extras.js";
import { PhotoView } from "./photo.js";
import { ProgrammeView } from "./programme.js";
import { StageLabel } from "./stage-label.js";
import { WallView } from "./wall.js";

/** @typedef {import("../types/messages.js").Snapshot} Snapshot */
/** @typedef {import("../shared/edition.js").Edition} Edition */
/** @typedef {import("../shared/timeline.js").Moment} Moment */
/** @typedef {import("../shared/stage.js").Stage} Stage */
/** @typedef {AttractView | WallView | PhotoView | ProgrammeView} View */

/**
 * @typedef {import("./photo.js").PhotoActs & import("./wall.js").WallActs} KnownActs
 * @typedef {{ tell: (told: string[]) => void }} ToldActs what a stage looks like, aloud
 * @typedef {KnownActs & import("./extras.js").ExtraActs & ToldActs} Acts
 */

export class KioskView {
  /** @param {Stage} stage @param {import("../shared/words.js").Words} words @param {Acts} acts */
  constructor(stage, words, acts) {
    this.stage = stage;
    this.words = words;
    this.acts = acts;
    this.main = part("main");
    this.label = new StageLabel(words);
    this.asking = new AskingView(words);
    this.besides = new Besides(words);
    document.body.append(this.asking.root);
    /** @type {Extras | null} */
    this.extras = null;
    /** @type {Map<string, View>} */
    this.views = new Map();
    /** @type {View | null} */
    this.shown = null;
    /** @type {Snapshot | null} */
    this.snapshot = null;
    /** @type {DOMRect | null} */
    this.from = null;
    /** @type {import("./panel.js").Panel | null} */
    this.panel = null;
    // Words of another length, or pictures that come late, may move the picture's place.
    this.placed = new ResizeObserver(() => this.follows());
    this.built = "";
    this.awaited = "";
  }

  empty() {
    document.documentElement.dataset.view = "empty";
  }

  /**
   * @param {Snapshot} snapshot @param {Edition} edition
   * @returns {boolean} whether another view shows now
   */
  follow(snapshot, edition) {
    const before = this.snapshot;
    this.snapshot = snapshot;
    this.rebuild(snapshot, edition);
    this.besides.follow(snapshot, edition);
    const page = document.documentElement;
    const same = before?.view === snapshot.view && this.shown === this.viewFor(snapshot, edition);
    if (same) return false;
    page.dataset.view = snapshot.view;
    this.awaited = snapshot.view === "photo" && before?.view === "wall" ? snapshot.photo ?? "" : "";
    this.change(this.viewFor(snapshot, edition));
    return true;
  }

  /**
   * Everything is made anew for another language or edition.
   * @param {Snapshot} snapshot @param {Edition} edition
   */
  rebuild(snapshot, edition) {
    const built = `${edition.url} ${snapshot.language}`;
    if (built === this.built) return;
    this.built = built;
    this.words.turnPage(snapshot.language);
    this.stage.gaze.mirrored = document.documentElement.dir === "rtl";
    this.panel?.close();
    for (const view of this.views.values()) view.root.remove();
    this.views.clear();
    this.shown = null;
  }

  /** @param {Snapshot} snapshot @param {Edition} edition @returns {View | null} */
  viewFor(snapshot, edition) {
    const key = `${snapshot.view} ${snapshot.view === "photo" ? snapshot.photo : snapshot.programme}`;
    const known = this.views.get(key);
    if (known) return known;
    const made = this.make(snapshot, edition);
    if (made === null) return null;
    for (const [old, view] of this.views) {
      if (!old.startsWith("photo") || view === this.shown) continue;
      view.root.remove();
      this.views.delete(old);
    }
    this.views.set(key, made);
    made.root.inert = true;
    this.main.append(made.root);
    return made;
  }

  /** @param {Snapshot} snapshot @param {Edition} edition @returns {View | null} */
  make(snapshot, edition) {
    const { words, acts } = this;
    const { languages, programmes } = edition.manifest;
    if (snapshot.view === "attract") return new AttractView(languages, words);
    if (snapshot.view === "wall") {
      return new WallView(edition, words, {
        ...acts,
        open: (photo, print) => {
          this.from = print.getBoundingClientRect();
          acts.open(photo, print);
        },
      });
    }
    if (snapshot.view === "photo") {
      const photo = edition.photo(snapshot.photo);
      if (!photo) return null;
      const made = new PhotoView(edition, photo, words, acts);
      this.extras = new Extras(photo, words, acts);
      made.root.querySelector(".side")?.append(this.extras.root);
      return made;
    }
    const programme = programmes.find(({ id }) => id === snapshot.programme);
    if (!programme) return null;
    const again = () => acts.play(programme.id);
    return new ProgrammeView(edition, programme, words, { back: acts.back, again, help: acts.help });
  }

  /** A page over the others. @param {import("./panel.js").Panel} panel */
  unfold(panel) {
    this.panel?.close();
    this.panel = panel;
    panel.onClose = () => (this.panel = null);
    panel.open(this.main);
  }

  /** One step out of what lies over the view. @returns {boolean} whether there was one */
  leave() {
    const { panel, shown } = this;
    panel?.close();
    return panel !== null || (shown instanceof PhotoView && shown.leave());
  }

  /** @param {View | null} view */
  change(view) {
    this.panel?.close();
    if (this.shown) {
      this.shown.root.inert = true;
      this.shown.root.classList.remove("shown");
    }
    this.shown = view;
    if (view === null) return;
    view.root.inert = false;
    this.placed.disconnect();
    const chosen = view instanceof PhotoView || view instanceof ProgrammeView;
    if (chosen) this.placed.observe(view.place);
    view.root.classList.add("shown");
    this.label.root.ariaLive = chosen ? "polite" : "off";
    if (view instanceof WallView || view instanceof PhotoView) view.arrange();
    this.stage.rests = view instanceof WallView;
    this.settle(true);
  }

  /**
   * Puts the picture where this view has its place; from the print that was touched, if one was.
   * @param {boolean} slowly
   */
  settle(slowly) {
    const { stage, shown } = this;
    if (shown instanceof PhotoView || shown instanceof ProgrammeView) {
      const { left, top, width, height } = shown.place.getBoundingClientRect();
      const { from } = this;
      if (from) stage.moveTo(from.left, from.top, from.width, from.height, false);
      stage.moveTo(left, top, width, height, slowly);
      stage.strength = 0.16;
      stage.falloff = 9;
    } else if (shown instanceof AttractView) {
      stage.moveTo(0, 0, innerWidth, innerHeight, false);
      stage.strength = 0.34;
      stage.falloff = 1.4;
    }
    this.from = null;
  }

  /** The picture goes where its place has gone. */
  follows() {
    const { shown, stage } = this;
    if (!(shown instanceof PhotoView || shown instanceof ProgrammeView)) return;
    const { left, top, width, height } = shown.place.getBoundingClientRect();
    const [x, y, wide, high] = stage.target;
    const off = Math.max(...[left - x, top - y, width - wide, height - high].map(Math.abs));
    if (off > 1) stage.moveTo(left, top, width, height, true);
  }

  resize() {
    const { shown } = this;
    if (shown instanceof WallView || shown instanceof PhotoView) shown.arrange();
    this.settle(false);
  }

  /** @param {Moment} moment @param {number} now server time, ms */
  frame(moment, now) {
    const { snapshot, shown, stage } = this;
    if (snapshot === null || stage.scene === null) return;
    const ended = ends(snapshot.score);
    const running = ended !== null && now < ended;
    if (shown instanceof PhotoView) shown.follow(moment, running, snapshot.marks);
    if (shown instanceof PhotoView) this.extras?.follow(snapshot, now);
    if (shown instanceof ProgrammeView) shown.follow(running, played(snapshot.score, now));
    this.besides.frame(now);
    this.asking.follow(snapshot.asking_until, now);
    const isThere = this.awaited === "" || stage.scene.after.photo.id === this.awaited;
    stage.root.classList.toggle("waits", !isThere);
    if (this.label.follow(stage.scene, stage.picture)) this.besides.clear(this.label.above);
    if (!(shown instanceof PhotoView)) return;
    const spoken = spokenOf(stage.scene);
    const told = shown.told.follow(spoken.photo, spoken.stage);
    if (told.length > 0) this.acts.tell(told);
  }
}
