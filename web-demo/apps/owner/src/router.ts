/** The screens of the app, as they stand after `#/` in the address. */
export type Route =
  | { view: "home" }
  | { view: "transfer"; id: string }
  | { view: "verify"; id: string }
  | { view: "accept"; id: string }
  | { view: "invite"; token: string };

/** Reads the route of an address; an unknown one is the home screen. */
export function parse(hash: string): Route {
  const [section, key, action] = hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (section === "invite" && key) return { view: "invite", token: key };
  if (section !== "transfers" || !key) return { view: "home" };
  return { view: action === "verify" || action === "accept" ? action : "transfer", id: key };
}

/** The address of a route, for links. */
export function href(route: Route): string {
  switch (route.view) {
    case "home":
      return "#/";
    case "invite":
      return `#/invite/${encodeURIComponent(route.token)}`;
    case "transfer":
      return `#/transfers/${route.id}`;
    default:
      return `#/transfers/${route.id}/${route.view}`;
  }
}

/** Goes to another screen. */
export function go(route: Route): void {
  location.hash = href(route);
}
