//! The parts of an event that are objects of their own: its venue and its organisers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::model::{EventOrganiser, OrganiserRole, Venue};
use crate::faults::Faults;
use crate::municipalities;
use crate::text::{self, Slug};

/// A venue.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VenueInput {
    /// Name.
    #[schema(example = "Kongressenteret")]
    pub name: String,
    /// Street address in one line.
    #[schema(example = "Storgata 1, 0155 Oslo")]
    pub address: Option<String>,
    /// Four digits, leading zero kept.
    #[schema(example = "0301", pattern = "^[0-9]{4}$")]
    pub municipality_number: Option<String>,
    /// Degrees north.
    #[schema(example = 59.91, minimum = -90, maximum = 90)]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[schema(example = 10.75, minimum = -180, maximum = 180)]
    pub longitude: Option<f64>,
    /// A map.
    #[schema(format = "uri", example = "https://www.example.org/kart")]
    pub map_url: Option<String>,
}

/// An organiser as it is shown.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventOrganiserInput {
    /// Name.
    #[schema(example = "Bufdir")]
    pub name: String,
    /// Slug of the organisation, where it is one here.
    #[schema(example = "bufdir")]
    pub organisation: Option<String>,
    /// What it is to the event; grants nothing.
    pub role: OrganiserRole,
    /// Its website.
    #[schema(format = "uri", example = "https://www.example.org")]
    pub url: Option<String>,
}

impl VenueInput {
    pub(super) fn parse(&self, faults: &mut Faults) -> Option<Venue> {
        let name = faults.take("/venue/name", text::name(&self.name));
        let address = faults.take_optional("/venue/address", self.address.as_deref(), |text| {
            text::line(text, 300)
        });
        let municipality_number = faults.take_optional(
            "/venue/municipality_number",
            self.municipality_number.as_deref(),
            |text| municipalities::number(text).map(str::to_owned),
        );
        let map_url =
            faults.take_optional("/venue/map_url", self.map_url.as_deref(), text::web_url);
        for (pointer, degrees, most) in [
            ("/venue/latitude", self.latitude, 90.0),
            ("/venue/longitude", self.longitude, 180.0),
        ] {
            if degrees.is_some_and(|degrees| degrees.abs() > most) {
                faults.add(
                    pointer,
                    "out_of_range",
                    format!("Degrees from -{most} to {most}."),
                );
            }
        }
        if self.latitude.is_some() != self.longitude.is_some() {
            faults.add(
                "/venue",
                "required",
                "Latitude and longitude are given together.",
            );
        }
        Some(Venue {
            name: name?,
            address,
            municipality_number,
            latitude: self.latitude,
            longitude: self.longitude,
            map_url,
        })
    }

    pub(super) fn of(venue: &Venue) -> Self {
        Self {
            name: venue.name.clone(),
            address: venue.address.clone(),
            municipality_number: venue.municipality_number.clone(),
            latitude: venue.latitude,
            longitude: venue.longitude,
            map_url: venue.map_url.clone(),
        }
    }
}

impl EventOrganiserInput {
    pub(super) fn parse_all(given: &[Self], faults: &mut Faults) -> Vec<EventOrganiser> {
        if given.len() > 50 {
            faults.add(
                "/organisers",
                "too_many",
                "An event has at most 50 organisers.",
            );
        }
        let parse = |(index, input): (usize, &Self)| {
            let at = |field: &str| format!("/organisers/{index}/{field}");
            let name = faults.take(&at("name"), text::name(&input.name));
            let organisation = faults.take_optional(
                &at("organisation"),
                input.organisation.as_deref(),
                Slug::parse,
            );
            let url = faults.take_optional(&at("url"), input.url.as_deref(), text::web_url);
            Some(EventOrganiser {
                name: name?,
                organisation: organisation.map(|slug| slug.to_string()),
                role: input.role,
                url,
            })
        };
        given
            .iter()
            .take(50)
            .enumerate()
            .filter_map(parse)
            .collect()
    }

    pub(super) fn of(organiser: &EventOrganiser) -> Self {
        Self {
            name: organiser.name.clone(),
            organisation: organiser.organisation.clone(),
            role: organiser.role,
            url: organiser.url.clone(),
        }
    }
}
