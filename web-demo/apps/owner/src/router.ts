/** The screens of the app, as they stand after `#/` in the address. */
export type Route =
  | { view: "home" }
  | { view: "request" | "verify" | "accept"; id: string }
  | { view: "invite"; token: string }
  | { view: CarView; vehicle: string }
  | { view: "claim" }
  | { view: "registration"; notice?: string }
  | { view: "complaints" | "complaint-find" }
  | { view: "complaint-new"; vehicle?: string }
  | { view: "complaint"; id: string };

/** Forms about a car of one's own. */
const OF_CARS = ["cancellation", "replacement", "rectification"] as const;
type CarView = (typeof OF_CARS)[number];

/** Reads the route of an address; an unknown one is the home screen. */
export function parse(hash: string): Route {
  const [section, key, action] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (section === "claim" || section === "registration") return { view: section };
  if (section === "notices" && key) return { view: "registration", notice: key };
  if (section === "complaints") {
    if (!key) return { view: "complaints" };
    if (key === "find") return { view: "complaint-find" };
    return key === "new" ? { view: "complaint-new", ...(action ? { vehicle: action } : {}) } : { view: "complaint", id: key };
  }
  if (!key) return { view: "home" };
  if (section === "invite") return { view: "invite", token: key };
  if (section === "requests") return { view: action === "verify" || action === "accept" ? action : "request", id: key };
  const form = section === "cars" ? OF_CARS.find((view) => view === action) : undefined;
  return form ? { view: form, vehicle: key } : { view: "home" };
}

/** The address of a route, for links. */
export function href(route: Route): string {
  switch (route.view) {
    case "home":
      return "#/";
    case "invite":
      return `#/invite/${encodeURIComponent(route.token)}`;
    case "request":
      return `#/requests/${route.id}`;
    case "verify":
    case "accept":
      return `#/requests/${route.id}/${route.view}`;
    case "cancellation":
    case "replacement":
    case "rectification":
      return `#/cars/${route.vehicle}/${route.view}`;
    case "registration":
      return route.notice ? `#/notices/${encodeURIComponent(route.notice)}` : "#/registration";
    case "complaints":
      return "#/complaints";
    case "complaint-find":
      return "#/complaints/find";
    case "complaint-new":
      return route.vehicle ? `#/complaints/new/${route.vehicle}` : "#/complaints/new";
    case "complaint":
      return `#/complaints/${route.id}`;
    default:
      return "#/claim";
  }
}

/** Goes to another screen. */
export function go(route: Route): void {
  location.hash = href(route);
}
