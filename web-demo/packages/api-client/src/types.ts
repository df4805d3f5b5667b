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
