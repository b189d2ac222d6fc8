/**
 * The kiosk while its server is gone: the visit goes on by the same rules, and what a visitor did
 * meanwhile is told as one state when the server is back. Where nobody did anything, or the visitor
 * has left again, the server's state counts.
 */

import { nextDeadline, step } from "./rules.js";

/** @typedef {import("../types/messages.js").KioskMessage} KioskMessage */
/** @typedef {import("./rules.js").Visit} Visit */

export class Alone {
  /** @param {import("../shared/player.js").Player} player */
  constructor(player) {
    this.player = player;
    /** @type {Visit | null} */
    this.visit = null;
    this.visited = false;
    this.timer = 0;
  }

  /** The server is gone. */
  begin() {
    const { newest } = this.player;
    if (newest === null) return;
    this.visit = { show: newest, scrubbing: false, touched: this.player.clock.now() };
    this.visited = false;
    this.await();
  }

  /** What a hand does that no server hears. @param {KioskMessage} message */
  unheard(message) {
    // It was never told what went on here.
    if (message.type === "goon") this.visited = true;
    else this.take(message);
  }

  /**
   * The server is back.
   * @returns {KioskMessage | null} what it must be told, if anything
   */
  end() {
    const { visit, visited } = this;
    clearTimeout(this.timer);
    this.visit = null;
    if (visit === null || !visited) return null;
    return { type: "goon", show: { ...visit.show, now: this.player.clock.now() } };
  }

  /** @param {KioskMessage | null} message null: a deadline has come */
  take(message) {
    const { edition, clock } = this.player;
    if (this.visit === null || edition === null) return;
    this.visit = step(this.visit, message, edition.manifest, clock.now());
    const { show } = this.visit;
    if (message !== null) this.visited = true;
    if (show.view === "attract") this.visited = false;
    void this.player.receive(show);
    this.await();
  }

  await() {
    const { edition, clock } = this.player;
    clearTimeout(this.timer);
    if (this.visit === null || edition === null) return;
    const due = nextDeadline(this.visit, edition.manifest);
    if (due !== null) this.timer = window.setTimeout(() => this.take(null), Math.max(0, due - clock.now()));
  }
}
