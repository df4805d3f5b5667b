import { svg, type TemplateResult } from "lit";
import { encode } from "uqr";

/** A QR code as one SVG path, dark on light in both colour schemes so that every scanner reads it. */
export function qr(text: string, label: string): TemplateResult {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return svg`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff" /><path d=${path} fill="#15181b" />
  </svg>`;
}
