/** A colour as 8-bit sRGB. */
export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * A colour of the Oklch space (CSS Color 4) as sRGB: equal lightness looks equally light in all
 * hues, so that one colour of text can be read on all of them. What sRGB does not have is cut.
 *
 * @param lightness 0 to 1.
 * @param chroma 0 (grey) to about 0.3.
 * @param hue In degrees.
 */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos(hue * Math.PI / 180);
  const b = chroma * Math.sin(hue * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    to8Bit(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    to8Bit(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    to8Bit(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** A colour as CSS has it. */
export function cssOf([red, green, blue]: Rgb): string {
  return `#${((1 << 24) | (red << 16) | (green << 8) | blue).toString(16).slice(1)}`;
}

/** From linear light to the sRGB curve. */
function to8Bit(linear: number): number {
  const light = Math.min(1, Math.max(0, linear));
  const curved = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
  return Math.round(255 * curved);
}
