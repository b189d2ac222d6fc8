/**
 * Hanging prints of unequal size on a calm grid: alternately one alone and two together. Pure.
 *
 * Sizes are pixels; a ratio is width over height. A place is the picture; its title hangs below.
 */

/** @typedef {{ left: number, top: number, width: number, height: number }} Place */
/** @typedef {{ places: Place[], width: number, height: number }} Hanging */
/** @typedef {{ places: Place[], extent: number }} Group one or two prints, `extent` along the wall */

const ALONE = [0.84, 0.7]; // of the wall's breadth, by turns
const TOGETHER = 0.98;
const SMALLEST = 0.7; // shrinks so far to be seen at once; beyond that the wall goes on

/**
 * Sizes of the groups: 1, 2, 1, 2, ... along a wide wall, 2, 2, ... down a tall one.
 * @param {number} count @param {boolean} across the wall is wide
 */
export function groups(count, across) {
  if (count <= 3) return Array.from({ length: count }, () => 1);
  const first = across || count % 2 === 1 ? 1 : 2;
  const sizes = [first];
  for (let left = count - first; left > 0; left -= sizes[sizes.length - 1]) {
    sizes.push(Math.min(left, across && sizes.length % 2 === 0 ? 1 : 2));
  }
  return sizes;
}

/**
 * A group on a wall that goes to the right: a column of prints of one width.
 * @param {number[]} ratios @param {number} height @param {number} gap @param {number} title
 * @param {number} share of the height @returns {Group}
 */
function column(ratios, height, gap, title, share) {
  const free = height * share - ratios.length * title - (ratios.length - 1) * gap;
  const width = free / ratios.reduce((sum, ratio) => sum + 1 / ratio, 0);
  let top = (height - height * share) / 2;
  const places = ratios.map((ratio) => {
    const place = { left: 0, top, width, height: width / ratio };
    top += place.height + title + gap;
    return place;
  });
  return { places, extent: width };
}

/**
 * A group on a wall that goes down: a row of prints of one height.
 * @param {number[]} ratios @param {number} width @param {number} gap @param {number} title
 * @param {number} share of the width @returns {Group}
 */
function row(ratios, width, gap, title, share) {
  const free = width * share - (ratios.length - 1) * gap;
  const height = free / ratios.reduce((sum, ratio) => sum + ratio, 0);
  let left = (width - width * share) / 2;
  const places = ratios.map((ratio) => {
    const place = { left, top: 0, width: height * ratio, height };
    left += place.width + gap;
    return place;
  });
  return { places, extent: height + title };
}

/**
 * @param {number[]} ratios of the photos, in order
 * @param {number} width of the wall @param {number} height of it
 * @param {number} gap between prints @param {number} title height of the line below a print
 * @returns {Hanging} at least as large as the wall; larger where the wall goes on
 */
export function hang(ratios, width, height, gap, title) {
  const across = width >= height;
  const length = across ? width : height;
  const breadth = across ? height : width;
  /** @param {number} scale */
  const attempt = (scale) => {
    let next = 0;
    return groups(ratios.length, across).map((size, place) => {
      const mine = ratios.slice(next, (next += size));
      const share = scale * (size === 1 ? ALONE[(place >> 1) % 2] : TOGETHER);
      if (across) return column(mine, breadth, gap, title, share);
      return row(mine, breadth, gap, title, share);
    });
  };
  /** @param {Group[]} hung */
  const needed = (hung) => hung.reduce((sum, { extent }) => sum + extent + gap, -gap);
  let hung = attempt(1);
  for (let scale = 0.98; needed(hung) > length && scale >= SMALLEST; scale -= 0.02) {
    hung = attempt(scale);
  }
  const all = needed(hung);
  const room = Math.max(0, length - all);
  const spread = hung.length > 1 ? Math.min(gap, room / (hung.length + 1)) : 0;
  let at = (room - spread * (hung.length - 1)) / 2;
  const places = hung.flatMap((group) => {
    const start = at;
    at += group.extent + gap + spread;
    return group.places.map((place) =>
      across ? { ...place, left: place.left + start } : { ...place, top: place.top + start },
    );
  });
  const extent = Math.max(length, all);
  return { places, width: across ? extent : width, height: across ? height : extent };
}
