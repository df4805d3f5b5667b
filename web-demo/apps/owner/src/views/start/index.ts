// The forms that start a request, in one piece that is loaded when the first of them is opened.
import "./cancellation.ts";
import "./claim.ts";
import "./rectification.ts";
import "./registration.ts";
import "./replacement.ts";
