/** The screens of the app, as they stand after `#/` in the address. */
export type Route =
  | { view: "home" }
  | { view: "request" | "verify" | "accept"; id: string }
  | { view: "invite"; token: string }
  | { view: "cancellation" | "replacement"; vehicle: string }
  | { view: "claim" | "registration" };

/** Reads the route of an address; an unknown one is the home screen. */
export function parse(hash: string): Route {
  const [section, key, action] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (section === "claim" || section === "registration") return { view: section };
  if (!key) return { view: "home" };
  if (section === "invite") return { view: "invite", token: key };
  if (section === "requests") return { view: action === "verify" || action === "accept" ? action : "request", id: key };
  const starts = section === "cars" && (action === "cancellation" || action === "replacement");
  return starts ? { view: action, vehicle: key } : { view: "home" };
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
      return `#/cars/${route.vehicle}/${route.view}`;
    default:
      return `#/${route.view}`;
  }
}

/** Goes to another screen. */
export function go(route: Route): void {
  location.hash = href(route);
}
