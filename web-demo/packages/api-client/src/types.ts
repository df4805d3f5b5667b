// The shapes the apps use, taken from the operations so that the names inside the document may change.
import type { paths } from "./schema";

type Answer<O> = O extends { responses: infer R } ? Content<R[Extract<keyof R, 200 | 201 | 202>]> : never;
type Body<O> = O extends { requestBody: infer B } ? Content<B> : never;
type Content<R> = R extends { content: infer C } ? C[keyof C] : never;

/** A car of the signed-in owner, with its cards. */
export type Vehicle = Answer<paths["/owner/vehicles"]["get"]>["items"][number];
/** A card as shown to its owner. */
export type Card = Vehicle["cards"][number];
/** A consent in force. */
export type Consent = Answer<paths["/owner/consents"]["get"]>["items"][number];
/** A request of any kind as one of its sides sees it. */
export type OwnerRequest = Answer<paths["/owner/requests/{id}"]["get"]>;
/** What is asked for. */
export type RequestKind = OwnerRequest["kind"];
/** The states of a request. */
export type RequestState = OwnerRequest["state"];
/** What a paper is. */
export type PaperKind = OwnerRequest["papers"]["sent"][number]["kind"];
/** Who someone is, as typed. */
export type Identity = NonNullable<Body<paths["/owner/registrations"]["post"]>["unit"]>;
/** Kind of a document. */
export type DocumentType = Identity["document_type"];
/** The car of a notice to register. */
export type NoticeVehicle = Answer<paths["/owner/notices/{token}"]["get"]>;
/** Why service ends. */
export type CancellationReason = Body<paths["/owner/cancellations"]["post"]>["reason"];
/** A text people sign, as it is signed now. */
export type SignedText = Answer<paths["/texts"]["get"]>["items"][number];
/** What an invitation shows before signing in. */
export type Invitation = Answer<paths["/owner/invitations/{token}"]["get"]>;
/** An opened verification: what the device must show. */
export type Challenge = Answer<paths["/owner/verifications"]["post"]>;
/** The server's decision on a report. */
export type Verdict = Answer<paths["/owner/verifications/{id}/report"]["post"]>;
/** A text in the console's message centre. */
export type Message = Answer<paths["/console/messages"]["get"]>["items"][number];
/** A verification, or papers, a person must decide about. */
export type Review = Answer<paths["/console/reviews/{id}"]["get"]>;
/** Why a person is refused or asked again. */
export type ReviewReason = Body<paths["/console/reviews/{id}/refuse"]["post"]>["reason"];
/** The answer to signing in. */
export type Session = Answer<paths["/owner/sessions"]["post"]>;
/** A complaint of the signed-in person, in a list. */
export type OwnerComplaintSummary = Answer<paths["/owner/complaints"]["get"]>["items"][number];
/** A complaint as who complains sees it. */
export type OwnerComplaint = Answer<paths["/owner/complaints/{id}"]["get"]>;
/** That a complaint was received. */
export type ComplaintReceipt = Answer<paths["/owner/complaints"]["post"]>;
/** What a complaint is about. */
export type ComplaintKind = OwnerComplaintSummary["kind"];
/** What anybody with number and phone is told of a complaint. */
export type ComplaintStatus = Answer<paths["/portal/complaints/lookup"]["post"]>;
/** A complaint as staff see it. */
export type ComplaintCase = Answer<paths["/console/complaints/{id}"]["get"]>;
/** What a list shows of it. */
export type ComplaintSummary = ComplaintCase["complaint"];
/** A line of its history. */
export type ComplaintLine = ComplaintCase["lines"][number];
/** Who else is at a complaint. */
export type ComplaintPresence = Answer<paths["/console/complaints/{id}/presence"]["get"]>;
/** What an answer says of who was right. */
export type ComplaintAnswer = Body<paths["/console/complaints/{id}/proposal"]["post"]>["outcome"];
/** Words that handlers use again. */
export type ComplaintTemplate = Answer<paths["/console/templates"]["get"]>["items"][number];
/** Who handles complaints, and how many each has. */
export type Duty = Answer<paths["/console/duties"]["get"]>["items"][number];
/** The signed-in member of staff. */
export type StaffMe = Answer<paths["/console/me"]["get"]>;
/** Which complaints: what a list, a search and a saved view ask for. */
export type ComplaintQuery = Partial<Body<paths["/console/complaints/search"]["post"]>>;
/** A list of complaints somebody saved. */
export type SavedView = Answer<paths["/console/complaint-views"]["get"]>["items"][number];
/** Something a member of staff should look at. */
export type Alert = Answer<paths["/console/alerts"]["get"]>["items"][number];
/** A report about complaints. */
export type ComplaintReport = Answer<paths["/console/reports/complaints"]["get"]>;
/** What it counts of a group. */
export type ComplaintGroup = ComplaintReport["by_kind"][number];
/** How many, and which. */
export type ComplaintFigure = ComplaintGroup["figures"]["received"];
/** How far cards in use have been registered. */
export type RegistrationReport = Answer<paths["/console/reports/registration"]["get"]>;
/** A correction of what is on record. */
export type Correction = Answer<paths["/owner/corrections"]["get"]>["items"][number];
/** What a correction is about. */
export type CorrectionField = Correction["changes"][number]["field"];
/** What was unmasked. */
export type Revealed = Answer<paths["/console/reveals"]["post"]>;
/** How many complaints are in each queue. */
export type ComplaintCounts = Answer<paths["/console/complaints/counts"]["get"]>;
