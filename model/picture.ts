import { LANES, type LaneName } from "./lanes";
import type { ContainerPlan, Plan } from "./plan";

const WIDTH = 1080;
const BOX = { width: 128, height: 44, gap: 14 };
const LEFT = 250;
const BAND_PADDING = 46;
const FONT = "font-family=\"system-ui, 'Segoe UI', Helvetica, Arial, sans-serif\"";

const COLORS: Readonly<Record<LaneName, { readonly fill: string; readonly line: string }>> = {
  frontend: { fill: "#e8f1fb", line: "#2f6db5" },
  lowlatency: { fill: "#fdf0e1", line: "#b56a1c" },
  backend: { fill: "#e9f5ec", line: "#2e7d46" },
};

/**
 * The lanes and who is on them, as SVG. Services on all three lanes stand across them on the left; a service on two
 * lanes stands in the first and says the other.
 */
export function lanesPicture(plan: Plan): string {
  const services = plan.containers.filter(({ role }) => role === "service");
  const across = services.filter(({ lanes }) => lanes.length === LANES.length);
  const bands = bandsOf(
    plan,
    services.filter((service) => !across.includes(service)),
  );
  const height = bands.reduce((sum, band) => sum + band.height + 16, 24);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" ${FONT}>`,
    `<title>Trade2026: three lanes and the services on them</title>`,
    `<rect width="${WIDTH}" height="${height}" rx="12" fill="#ffffff"/>`,
    ...bands.map(drawBand),
    ...across.map((service, index) => drawAcross(service, index, height)),
    ...drawHost(plan, height),
    `</svg>`,
    "",
  ].join("\n");
}

interface Band {
  readonly lane: LaneName;
  readonly title: string;
  readonly subtitle: string;
  readonly services: readonly ContainerPlan[];
  readonly top: number;
  readonly height: number;
}

function bandsOf(plan: Plan, services: readonly ContainerPlan[]): readonly Band[] {
  const perRow = Math.floor((WIDTH - LEFT - 30) / (BOX.width + BOX.gap));
  let top = 16;
  return LANES.map((lane) => {
    const own = services.filter(({ lanes }) => lanes[0] === lane);
    const rows = Math.max(1, Math.ceil(own.length / perRow));
    const height = BAND_PADDING + rows * (BOX.height + BOX.gap) + 6;
    const planned = plan.lanes.find(({ name }) => name === lane);
    const band: Band = {
      lane,
      title: lane,
      subtitle: `${planned?.subnet ?? ""}${planned?.internal === true ? " · no way out" : " · the only way out"}`,
      services: own,
      top,
      height,
    };
    top += height + 16;
    return band;
  });
}

function drawBand({ lane, title, subtitle, services, top, height }: Band): string {
  const { fill, line } = COLORS[lane];
  const perRow = Math.floor((WIDTH - LEFT - 30) / (BOX.width + BOX.gap));
  return [
    `<rect x="120" y="${top}" width="${WIDTH - 136}" height="${height}" rx="10" fill="${fill}" stroke="${line}" stroke-width="1.5"/>`,
    text(LEFT, top + 26, title, { size: 16, weight: 600, color: line }),
    text(LEFT + 110, top + 26, subtitle, { size: 13, color: "#555" }),
    ...services.map((service, index) =>
      box(
        LEFT + (index % perRow) * (BOX.width + BOX.gap),
        top + BAND_PADDING - 4 + Math.floor(index / perRow) * (BOX.height + BOX.gap),
        service,
        line,
      ),
    ),
  ].join("\n");
}

function box(x: number, y: number, service: ContainerPlan, line: string): string {
  const also = service.lanes.slice(1);
  return [
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="6" fill="#fff" stroke="${line}"/>`,
    text(x + BOX.width / 2, y + (also.length > 0 ? 19 : 27), service.name, {
      size: fitting(service.name),
      anchor: "middle",
    }),
    ...(also.length > 0
      ? [
          text(x + BOX.width / 2, y + 35, `+ ${also.join(", ")}`, {
            size: 11,
            anchor: "middle",
            color: "#666",
          }),
        ]
      : []),
  ].join("\n");
}

/** A letter is about 0.6 of its size wide. */
function fitting(name: string): number {
  return Math.min(13, Math.floor((BOX.width - 8) / (0.6 * name.length)));
}

function drawAcross(service: ContainerPlan, index: number, height: number): string {
  const x = 134 + index * 52;
  const middle = height / 2;
  return [
    `<rect x="${x}" y="34" width="40" height="${height - 68}" rx="6" fill="#fff" stroke="#444" stroke-width="1.5"/>`,
    `<text transform="translate(${x + 25} ${middle}) rotate(-90)" text-anchor="middle" font-size="14" font-weight="600" fill="#222">${service.name}</text>`,
  ].join("\n");
}

function drawHost(plan: Plan, height: number): readonly string[] {
  const middle = height / 2;
  const ports = plan.hostPorts.map(({ host }) => String(host));
  return [
    text(60, middle - 44, "this host", { size: 14, weight: 600, anchor: "middle" }),
    text(60, middle - 26, plan.settings.bindAddress, { size: 12, anchor: "middle", color: "#555" }),
    ...ports.map((port, index) => text(60, middle + index * 18, port, { size: 13, anchor: "middle" })),
    `<path d="M 88 ${middle - 8} H 126" stroke="#444" stroke-width="1.5"/>`,
    `<path d="M 120 ${middle - 13} L 130 ${middle - 8} L 120 ${middle - 3} Z" fill="#444"/>`,
  ];
}

function text(
  x: number,
  y: number,
  content: string,
  style: {
    readonly size: number;
    readonly weight?: number;
    readonly anchor?: string;
    readonly color?: string;
  },
): string {
  const { size, weight = 400, anchor = "start", color = "#222" } = style;
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}" fill="${color}">${content}</text>`;
}
