/**
 * The one GL program: two pictures, the map of moments at which the second arrives, one draw. It is
 * compiled a second time with the visitor's tools: the scan beside the picture, the lens, the map of
 * what software added. Where the graphics card is slow, or is no card, what a branch leaves out is
 * worked out all the same; without tools the draw takes half the time.
 */

const VERTEX = `#version 300 es
void main() {
  vec2 corner = vec2(gl_VertexID == 1 ? 3.0 : -1.0, gl_VertexID == 2 ? 3.0 : -1.0);
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

const FRAGMENT = `
precision highp float;
uniform sampler2D before;
uniform sampler2D after;
uniform sampler2D arrival;
uniform sampler2D beforeMarks;
uniform sampler2D afterMarks;
uniform vec4 beforeRect;    // left, top, width, height in canvas pixels
uniform vec4 afterRect;
uniform vec4 beforeWindow;  // the part of the rectangle that shows
uniform vec4 afterWindow;
uniform sampler2D scan;     // that lies beside the picture, in its rectangle
uniform vec3 split;         // where it ends, to which side of that it lies (0: not), half the border
uniform vec4 lens;          // its middle, radius, and how much of a pixel it makes one
uniform float canvasHeight;
uniform float progress;     // 0..1
uniform float lag;          // by which saturation trails lightness, as progress; 0 in a dissolve
uniform float rim;          // strength of the warm rim
uniform bool byRegion;      // along the arrival map, or everywhere at once
uniform vec2 marks;         // 1 where the picture before, after is hatched
uniform float line;         // width of a line of the hatching, in canvas pixels
uniform vec2 surround;      // strength at the picture's edge, and how soon it is gone
uniform vec3 ground;
out vec4 colour;

const float FRONT = 0.12;   // width of the moving front, of the range of moments
const float TAPS = 24.0;    // texels of the blurred picture along its long side
const vec3 LUMA = vec3(0.2126, 0.7152, 0.0722);
const float INVENTED = 0.75; // of a map's range: between altered (128) and invented (255)
const vec2 ACROSS = vec2(0.57358, 0.81915);  // across lines at 35 degrees
const float TINT = 0.22;    // of the range of lightness, between a line and its gap
const vec3 PAPER = vec3(0.937, 0.914, 0.875);
const vec3 WARM = vec3(0.70, -0.12, -0.87);  // amber, without lightness of its own

float lodFor(vec2 texels, float pixels) {
  return max(0.0, log2(max(texels.x, texels.y) / pixels));
}

bool isOutside(vec2 share) {
  return any(lessThan(share, vec2(0.0))) || any(greaterThan(share, vec2(1.0)));
}

// The scale is how much of a pixel of the picture's place one of the glass is: 1, or less in the lens.
// Around the picture lies its own edge, mirrored outwards, blurred and darkened into the ground.
vec3 seen(sampler2D picture, vec4 rect, vec4 window, vec2 pixel, float scale) {
  vec2 share = (pixel - window.xy) / window.zw;
  bool around = isOutside(share);
  vec2 texels = vec2(textureSize(picture, 0));
  vec2 turned = window.xy + clamp(1.0 - abs(1.0 - abs(share)), 0.0, 1.0) * window.zw;
  vec2 uv = ((around ? turned : pixel) - rect.xy) / rect.zw;
  // A little sharper than trilinear, and exactly the picture where a texel is a pixel.
  float lod = max(0.0, lodFor(texels, max(rect.z, rect.w) / scale) - 0.35);
  if (around) lod = floor(lodFor(texels, TAPS));
  // Around, four soft samples half a texel apart: smoother than one, which would show the texels.
  vec2 apart = around ? 0.5 * exp2(lod) / texels : vec2(0.0);
  int samples = around ? 4 : 1;
  vec3 sum = vec3(0.0);
  for (int place = 0; place < samples; place += 1) {
    vec2 side = vec2(1 - 2 * (place & 1), 1 - (place & 2));
    sum += textureLod(picture, uv + side * apart, lod).rgb;
  }
  vec2 outside = max(max(-share, share - 1.0), 0.0) * window.zw / min(window.z, window.w);
  float kept = around ? surround.x * exp(-surround.y * length(outside)) : 1.0;
  return mix(ground, sum / float(samples), kept);
}

#ifdef TOOLS
// Tratteggio: lines of the picture's own colour, each a little lighter, its gap a little darker,
// so that near by what was added is told from what was there, and from afar it is the picture.
vec3 hatched(vec3 tone, sampler2D evidence, vec4 rect, vec4 window, vec2 pixel) {
  if (isOutside((pixel - window.xy) / window.zw)) return tone;
  if (texture(evidence, (pixel - rect.xy) / rect.zw).r < INVENTED) return tone;
  vec2 glass = vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y);
  float along = abs(fract(dot(glass, ACROSS) / (2.0 * line)) - 0.5) - 0.25;
  float wave = clamp(along * 2.0 * line, -0.5, 0.5);
  float light = dot(tone, LUMA);
  float wanted = clamp(light, 0.5 * TINT, 1.0 - 0.5 * TINT) + TINT * wave;
  return clamp(tone * (wanted + 0.04) / (light + 0.04), 0.0, 1.0);
}
#endif

float grain(vec2 pixel) {
  return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))) - 0.5;
}

// The two pictures, as far as the second has arrived.
vec3 mixed(vec2 pixel, float scale) {
  float lightness = progress;
  float saturation = progress;
  if (byRegion) {
    vec2 uv = (pixel - afterRect.xy) / afterRect.zw;
    float at = clamp(texture(arrival, uv).r + grain(pixel) / 128.0, 0.0, 1.0);
    float front = progress * (1.0 + FRONT + lag) - at;
    bool around = isOutside((pixel - afterWindow.xy) / afterWindow.zw);
    // Nothing arrives around the picture: its surround follows as a whole.
    lightness = smoothstep(0.0, 1.0, around ? progress : front / FRONT);
    saturation = smoothstep(0.0, 1.0, around ? progress : (front - lag) / FRONT);
  }
  vec3 from;
  vec3 to;
  // Away from the front one of the two is not seen, and not looked at.
  if (saturation < 1.0) {
    from = seen(before, beforeRect, beforeWindow, pixel, scale);
#ifdef TOOLS
    if (marks.x > 0.0) from = hatched(from, beforeMarks, beforeRect, beforeWindow, pixel);
#endif
    if (lightness <= 0.0) return from;
  }
  to = seen(after, afterRect, afterWindow, pixel, scale);
#ifdef TOOLS
  if (marks.y > 0.0) to = hatched(to, afterMarks, afterRect, afterWindow, pixel);
#endif
  if (saturation >= 1.0) return to;
  float fromLight = dot(from, LUMA);
  float toLight = dot(to, LUMA);
  float light = mix(fromLight, toLight, lightness);
  vec3 chroma = mix(from - fromLight, to - toLight, saturation);
  chroma += WARM * (rim * 4.0 * lightness * (1.0 - lightness) * light);
  // Chroma gives way where it would leave the gamut, so that lightness never does.
  vec3 room = mix(vec3(light), vec3(1.0 - light), step(0.0, chroma));
  vec3 fits = room / max(abs(chroma), 1e-4);
  chroma *= min(1.0, min(fits.r, min(fits.g, fits.b)));
  return light + chroma;
}

#ifdef TOOLS
void main() {
  vec2 pixel = vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y);
  float inside = lens.z - distance(pixel, lens.xy);
  float scale = inside > 0.0 ? lens.w : 1.0;
  vec2 looked = lens.xy + (pixel - lens.xy) * scale;
  bool within = split.y != 0.0 && !isOutside((looked - afterWindow.xy) / afterWindow.zw);
  bool isScan = within && (looked.x - split.x) * split.y < 0.0;
  vec3 tone = isScan ? seen(scan, afterRect, afterWindow, looked, scale) : mixed(looked, scale);
  // A border of paper between the two where the picture is, and one around the lens.
  float apart = abs(looked.x - split.x) / scale - split.z;
  float line = within && apart < 0.5 ? clamp(0.5 - apart, 0.0, 1.0) : 0.0;
  float ring = lens.z > 0.0 ? clamp(split.z + 0.5 - abs(inside), 0.0, 1.0) : 0.0;
  colour = vec4(mix(tone, PAPER, 0.92 * max(line, ring)), 1.0);
}
#else
void main() {
  colour = vec4(mixed(vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y), 1.0), 1.0);
}
#endif`;

/** @param {WebGL2RenderingContext} gl @param {number} kind @param {string} source */
function compiled(gl, kind, source) {
  const shader = gl.createShader(kind);
  if (!shader) throw new Error("no shader: the context is lost");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}

/** @typedef {{ program: WebGLProgram, at: Record<string, WebGLUniformLocation | null> }} Program */

/**
 * @param {WebGL2RenderingContext} gl
 * @param {boolean} tools what a visitor may lay over the picture
 * @returns {Program} in use; its places for pictures are units 0 to 5
 */
export function stageProgram(gl, tools) {
  const program = gl.createProgram();
  const fragment = `#version 300 es\n${tools ? "#define TOOLS" : ""}${FRAGMENT}`;
  gl.attachShader(program, compiled(gl, gl.VERTEX_SHADER, VERTEX));
  gl.attachShader(program, compiled(gl, gl.FRAGMENT_SHADER, fragment));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new Error(gl.getProgramInfoLog(program) ?? "the program does not link");
  }
  gl.useProgram(program);
  const pictures = ["before", "after", "arrival", "beforeMarks", "afterMarks", "scan"];
  pictures.forEach((name, unit) => gl.uniform1i(gl.getUniformLocation(program, name), unit));
  /** @type {Record<string, WebGLUniformLocation | null>} */
  const at = {};
  const names = ["beforeRect", "afterRect", "canvasHeight", "marks", "line"];
  names.push("beforeWindow", "afterWindow", "split", "lens");
  names.push("progress", "lag", "rim", "byRegion", "surround", "ground");
  for (const name of names) at[name] = gl.getUniformLocation(program, name);
  return { program, at };
}
