/**
 * The server's time on this screen: the offset of the surest exchange, approached slowly.
 *
 * An exchange with a way there and back of R milliseconds places the server's clock within R / 2 of
 * its middle; the shortest is the surest, and grows less sure with age, since quartz drifts (after
 * Mills, RFC 5905). What the screens see of it is slewed once it is known: time never jumps under a
 * change that is on the glass, and never runs backwards.
 */

const REMEMBERED = 64; // exchanges
const TRAINING = 16; // exchanges after which the offset is slewed, no longer set
const DRIFT = 1e-4; // ms that two clocks may part in a ms
const SLACK = 5; // ms two exchanges may contradict each other and still tell of one clock
const SLEW = 0.05; // of the time that passes
const STEP_BEYOND = 1000; // ms; further off than this is another clock, not a drift

/** @typedef {{ at: number, bound: number, offset: number }} Exchange `bound`: how far off, ms */

export class ServerClock {
  /** @param {() => number} [local] monotonic milliseconds of this screen */
  constructor(local = () => performance.now()) {
    this.local = local;
    /** @type {Exchange[]} */
    this.exchanges = [];
    this.learned = 0;
    this.target = 0;
    this.offset = 0;
    this.read = local();
    this.told = -Infinity;
    this.known = false;
  }

  /** Server time in milliseconds; never less than at the call before. */
  now() {
    const local = this.local();
    const most = (local - this.read) * SLEW;
    this.read = local;
    this.offset += Math.max(-most, Math.min(most, this.target - this.offset));
    this.told = Math.max(this.told, local + this.offset);
    return this.told;
  }

  get trained() {
    return this.learned >= TRAINING;
  }

  get seasoned() {
    return this.learned >= REMEMBERED;
  }

  /**
   * What one exchange tells.
   * @param {number} sent local time at which the question left
   * @param {number} server server time at which it was answered
   */
  learn(sent, server) {
    const at = this.local();
    const fresh = { at, bound: Math.max(0, at - sent) / 2, offset: server - (sent + at) / 2 };
    const trusted = this.best(at);
    const apart = trusted ? Math.abs(trusted.offset - fresh.offset) : 0;
    if (trusted && apart > this.doubt(trusted, at) + fresh.bound + SLACK) this.exchanges = [];
    this.exchanges.push(fresh);
    if (this.exchanges.length > REMEMBERED) this.exchanges.shift();
    this.learned += 1;
    this.aim((this.best(at) ?? fresh).offset);
  }

  /** @param {Exchange} exchange @param {number} at @returns {number} ms it may be off by now */
  doubt(exchange, at) {
    return exchange.bound + (at - exchange.at) * DRIFT;
  }

  /** @param {number} at @returns {Exchange | undefined} the surest exchange */
  best(at) {
    let best = this.exchanges[0];
    for (const each of this.exchanges) {
      if (this.doubt(each, at) < this.doubt(best, at)) best = each;
    }
    return best;
  }

  /**
   * A first idea from a message that came without a question; late by one way and by all that kept
   * this screen from reading it, so that any exchange overrides it.
   * @param {number} server server time at which it was sent
   */
  hint(server) {
    if (!this.known) this.aim(server - this.local());
  }

  /** @param {number} offset */
  aim(offset) {
    this.target = offset;
    const far = Math.abs(offset - this.offset) > STEP_BEYOND;
    if (far) this.told = -Infinity;
    if (far || !this.trained) this.offset = offset;
    this.known = true;
  }
}
