//! The papers a request needs, besides the verification of a person.

use super::{application::Applicant, request::Kind};

named! {
    /// What a paper is.
    Proof {
        /// 机动车登记证书.
        VehicleCertificate = "vehicle_certificate",
        /// 行驶证.
        VehicleLicence = "vehicle_licence",
        /// The document of a unit, such as its business licence (Art 9).
        UnitDocument = "unit_document",
        /// The letter that authorises a responsible person or an agent (Art 9, 12).
        AuthorisationLetter = "authorisation_letter",
        /// The document of who acts through an agent (Art 12).
        PrincipalDocument = "principal_document",
        /// 报废机动车回收证明.
        ScrappingCertificate = "scrapping_certificate",
        /// Proof of export.
        ExportCertificate = "export_certificate",
        /// A report to the police.
        LossReport = "loss_report",
        /// Anything else.
        Other = "other",
    }
}

named! {
    /// Why a vehicle's service ends. A replaced part is a replacement, not a cancellation.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Reason {
        /// Scrapped.
        Scrapped = "scrapped",
        /// Sold abroad.
        SoldAbroad = "sold_abroad",
        /// Lost or stolen.
        Lost = "lost",
        /// Somebody else registered the vehicle in the person's name. Opened from a complaint, never by its owner: who
        /// has no vehicle has no papers of it, so staff decide by the complaint.
        NotOwn = "not_own",
        /// Something else, said in words.
        Other = "other",
    }
}

/// What must be shown: one of each group.
pub fn needed(
    kind: Kind,
    applicant: Option<&Applicant>,
    reason: Option<Reason>,
) -> &'static [&'static [Proof]] {
    match (kind, applicant, reason) {
        (Kind::Registration, Some(Applicant::Unit(_)), _) => {
            &[&[Proof::UnitDocument], &[Proof::AuthorisationLetter]]
        }
        (Kind::Registration, Some(Applicant::Principal(_)), _) => {
            &[&[Proof::PrincipalDocument], &[Proof::AuthorisationLetter]]
        }
        (Kind::Claim, ..) => &[&[Proof::VehicleCertificate, Proof::VehicleLicence]],
        (Kind::Cancellation, _, Some(Reason::Scrapped)) => &[&[Proof::ScrappingCertificate]],
        (Kind::Cancellation, _, Some(Reason::SoldAbroad)) => &[&[Proof::ExportCertificate]],
        (Kind::Cancellation, _, Some(Reason::Lost)) => &[&[Proof::LossReport]],
        (Kind::Cancellation, _, Some(Reason::Other)) => &[Proof::ALL],
        _ => &[],
    }
}

/// The first group of which nothing was shown.
pub fn missing(needed: &'static [&'static [Proof]], shown: &[Proof]) -> Option<&'static [Proof]> {
    needed.iter().copied().find(|group| !group.iter().any(|proof| shown.contains(proof)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::application::Identity;

    fn identity() -> Identity {
        let text = String::new;
        Identity { name: text(), document_type: text(), document_number: text(), phone: text() }
    }

    #[test]
    fn art_9_a_unit_shows_its_document_and_a_letter() {
        let unit = Applicant::Unit(identity());
        let needed = needed(Kind::Registration, Some(&unit), None);
        assert_eq!(missing(needed, &[Proof::UnitDocument]), Some(&[Proof::AuthorisationLetter][..]));
        assert_eq!(missing(needed, &[Proof::AuthorisationLetter, Proof::UnitDocument]), None);
    }

    #[test]
    fn art_12_an_agent_shows_the_principals_document_and_a_letter() {
        let principal = Applicant::Principal(identity());
        let needed = needed(Kind::Registration, Some(&principal), None);
        assert_eq!(missing(needed, &[]), Some(&[Proof::PrincipalDocument][..]));
    }

    #[test]
    fn a_claim_takes_either_paper_and_a_person_needs_none() {
        assert_eq!(missing(needed(Kind::Claim, None, None), &[Proof::VehicleLicence]), None);
        assert!(missing(needed(Kind::Claim, None, None), &[Proof::Other]).is_some());
        assert!(needed(Kind::Registration, Some(&Applicant::Person), None).is_empty());
    }
}
