//! What a registration says about who is to be registered: a person (Art 8), a unit (Art 9) or someone who acts
//! through an agent (Art 12), and by which way it came.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Who is to be registered and how. Holds personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// By which way it came.
    pub way: Way,
    /// Who becomes the owner.
    pub applicant: Applicant,
    /// Address of the owner (Art 5).
    pub address: String,
    /// Who really uses a unit's vehicles (Art 9).
    pub actual_users: Vec<ActualUser>,
}

/// By which way a registration came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// At the sale (Art 8).
    FirstSale,
    /// Of cards already in use, after a notice (Art 22).
    Supplementary,
    /// Putting right a record that failed a sample (Art 10).
    Rectification,
}

/// Who becomes the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Applicant {
    /// Who verifies (Art 8).
    Person,
    /// A unit; who verifies is its responsible person (Art 9).
    Unit(Identity),
    /// Someone else; who verifies is the agent (Art 12).
    Principal(Identity),
}

/// Who someone is, by name and document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Name on the document.
    pub name: String,
    /// Kind of document.
    pub document_type: String,
    /// Canonical number of the document.
    pub document_number: String,
    /// Phone number.
    pub phone: String,
}

/// Who really uses a vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActualUser {
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// Who.
    pub identity: Identity,
}
