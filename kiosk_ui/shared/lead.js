/** What is asked for begins a moment later: the same rule as `led_in` in `server/show/timeline.py`. */

import { cueAt, elapsedIn, moment, progressOf } from "./timeline.js";
import { LEAD_MS } from "./times.js";

/** @typedef {import("../types/messages.js").Score} Score */
/** @typedef {import("./timeline.js").Moment} Moment */

/**
 * The score written for a moment from now, from what will be shown then; until then goes on what
 * plays.
 * @param {Score} playing @param {number} now server time, ms
 * @param {(current: Moment, now: number) => Score} write
 * @returns {Score}
 */
export function begun(playing, now, write) {
  const starts = now + LEAD_MS;
  return ledIn(playing, write(moment(playing, starts), starts), now);
}

/** @param {Score} playing @param {Score} following that starts later @param {number} now @returns {Score} */
function ledIn(playing, following, now) {
  const { repeats } = playing;
  const start = elapsedIn(playing, now);
  const lead = following.starts - now;
  const times = [start, ...edges(playing, start, start + lead), start + lead];
  const cues = times.slice(1).map((ends, place) => {
    const since = repeats === null ? times[place] : times[place] % repeats;
    const lasts = ends - times[place];
    const cue = playing.cues[cueAt(playing, since)];
    const first = progressOf(cue, since, cue.lasts);
    const last = progressOf(cue, since + lasts, cue.lasts);
    return { ...cue, begins: times[place] - start, lasts, first, last };
  });
  cues.push(...following.cues.map((cue) => ({ ...cue, begins: cue.begins + lead })));
  const [opens, ...rest] = cues;
  return { ...following, starts: now, cues: [opens, ...rest] };
}

/** Where cues begin or end between two times of a score. @param {Score} score @param {number} after @param {number} before */
function edges({ cues, repeats }, after, before) {
  const laps = repeats === null ? [0] : [0, repeats];
  const all = laps.flatMap((lap) => cues.flatMap(({ begins, lasts }) => [lap + begins, lap + (begins + lasts)]));
  const between = new Set(all.filter((edge) => after < edge && edge < before));
  return [...between].sort((a, b) => a - b);
}
