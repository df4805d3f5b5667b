import { locale } from "@ownerproof/ui";
import "./app.ts";

document.documentElement.lang = locale();
