/** A colour in a word, for those who cannot tell it from others, or do not see it. Pure. */

/**
 * Lightness (0..1), chroma and hue (degrees) in Oklab, which measures colours as the eye does:
 * https://bottosson.github.io/posts/oklab/
 * @param {string} hex @returns {[lightness: number, chroma: number, hue: number]}
 */
function seen(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  const lightness = 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s;
  const redness = 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s;
  const yellowness = 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s;
  const hue = (Math.atan2(yellowness, redness) * 180) / Math.PI;
  return [lightness, Math.hypot(redness, yellowness), (hue + 360) % 360];
}

/** The first name whose limit is above the value. @param {number} value @param {[limit: number, name: string][]} names */
function below(value, names) {
  return (names.find(([limit]) => value < limit) ?? names[names.length - 1])[1];
}

/**
 * Its everyday name, in English.
 * @param {string} colour "#rrggbb"
 */
export function colourName(colour) {
  const [light, chroma, hue] = seen(colour);
  const isWarm = hue >= 35 && hue < 110;
  if (isWarm && light > 0.88 && chroma > 0.012 && chroma < 0.08) return "Cream";
  if (chroma < 0.026) {
    const greys = ["Black", "Dark grey", "Grey", "Light grey", "White"];
    return below(light, [0.26, 0.46, 0.7, 0.92, 1].map((limit, place) => [limit, greys[place]]));
  }
  if (isWarm && chroma < 0.1) return below(light, [[0.6, "Brown"], [1, "Sand"]]);
  if (isWarm && light < 0.58) return "Brown";
  if (isWarm) return hue < 74 ? "Orange" : "Yellow";
  if (hue >= 110 && hue < 170) return below(light, [[0.42, "Dark green"], [0.8, "Green"], [1, "Light green"]]);
  if (hue >= 170 && hue < 225) return "Turquoise";
  if (hue >= 225 && hue < 290) return below(light, [[0.4, "Dark blue"], [0.72, "Blue"], [1, "Light blue"]]);
  if (hue >= 290 && hue < 340) return below(light, [[0.78, "Purple"], [1, "Pink"]]);
  return below(light, [[0.44, "Dark red"], [0.7, "Red"], [1, "Pink"]]);
}
