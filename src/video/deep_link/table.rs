//! The providers as data. Adding one is one [`Row`], and a function in `shapes` that knows its
//! videos.

use super::nav;
use super::provider::Provider;
use super::shapes;
use super::split::{Part, SplitUrl};
use super::times;
use crate::video::position::Position;

/// Which hosts a row speaks for. Names are compared label by label, so that `notyoutube.com` and
/// `youtube.com.example` are nobody's.
enum Hosts {
    /// These, and no others.
    Exact(&'static [&'static str]),
    /// These, and all below them.
    Under(&'static [&'static str]),
    /// Any host that no other row speaks for: the shape of the path decides.
    Anywhere,
}

/// One provider, and what is known about its links.
struct Row {
    provider: Provider,
    hosts: Hosts,
    jump: Jump,
}

/// How a provider's videos are opened at a position.
pub(super) struct Jump {
    /// The page of the video that a URL names, `None` where it names none.
    page: fn(&SplitUrl) -> Option<SplitUrl>,
    /// Where the time goes.
    pub(super) carrier: Carrier,
    /// Where a time may already stand, in the order in which it is believed.
    existing: &'static [(Part, &'static str)],
    /// What else speaks of time, and is taken off with it.
    also_removed: &'static [(Part, &'static str)],
    /// Reads the time from all values of one parameter.
    read: fn(&[String]) -> Option<u32>,
    /// The embeddable player, where one may be linked to.
    pub(super) embed: Option<Embed>,
    /// The address of a still picture of a page, where it follows from the page's own.
    pub(super) still: fn(&SplitUrl) -> Option<SplitUrl>,
}

/// An embeddable player.
pub(super) struct Embed {
    /// The player for a page that [`Jump::page`] made.
    pub(super) player: fn(&SplitUrl) -> Option<SplitUrl>,
    /// Where its time goes.
    pub(super) carrier: Carrier,
}

/// Where a link holds its start time.
pub(super) enum Carrier {
    /// A parameter of the query.
    Query(&'static str, TimeForm),
    /// A parameter of the fragment.
    Fragment(&'static str, TimeForm),
    /// Inside `SharePoint`'s `nav`.
    Nav,
}

/// How a start time is written.
pub(super) enum TimeForm {
    /// `4380`
    Seconds,
    /// `4380s`
    SecondsWithUnit,
    /// `1h13m0s`
    Hms,
}

/// The provider of a URL, and its page where the URL names one video that can be opened at a
/// position.
pub(super) struct Recognised {
    pub(super) provider: Provider,
    pub(super) page: Option<(&'static Jump, SplitUrl)>,
}

use Carrier::{Fragment, Nav, Query};
use Hosts::{Anywhere, Exact, Under};
use TimeForm::{Hms, Seconds, SecondsWithUnit};

/// What most rows share: a plain number of seconds, read leniently, no player and no picture.
const PLAIN: Jump = Jump {
    page: |_| None,
    carrier: Query("start", Seconds),
    existing: &[],
    also_removed: &[],
    read: times::first_player_time,
    embed: None,
    still: |_| None,
};

/// W3C Media Fragments, which browsers apply to every file that they play.
const MEDIA_FILE: Jump = Jump {
    page: shapes::media_file,
    carrier: Fragment("t", Seconds),
    existing: &[(Part::Fragment, "t")],
    read: times::last_valid_npt,
    ..PLAIN
};

static ROWS: [Row; 13] = [
    Row {
        provider: Provider::Youtube,
        hosts: Exact(&[
            "youtube.com",
            "www.youtube.com",
            "m.youtube.com",
            "music.youtube.com",
            "youtu.be",
            "www.youtu.be",
            "youtube-nocookie.com",
            "www.youtube-nocookie.com",
        ]),
        jump: Jump {
            page: shapes::youtube,
            carrier: Query("t", SecondsWithUnit),
            existing: &[
                (Part::Fragment, "start"),
                (Part::Fragment, "t"),
                (Part::Fragment, "time_continue"),
                (Part::Query, "start"),
                (Part::Query, "t"),
                (Part::Query, "time_continue"),
            ],
            embed: Some(Embed {
                player: shapes::youtube_player,
                carrier: Query("start", Seconds),
            }),
            still: shapes::youtube_still,
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Vimeo,
        hosts: Exact(&["vimeo.com", "www.vimeo.com", "player.vimeo.com"]),
        jump: Jump {
            page: shapes::vimeo,
            carrier: Fragment("t", SecondsWithUnit),
            existing: &[(Part::Fragment, "t"), (Part::Query, "t")],
            embed: Some(Embed {
                player: shapes::vimeo_player,
                carrier: Fragment("t", SecondsWithUnit),
            }),
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Voctoweb,
        hosts: Exact(&["media.ccc.de"]),
        jump: Jump {
            page: shapes::voctoweb,
            carrier: Fragment("t", Seconds),
            existing: &[(Part::Fragment, "t")],
            read: times::first_leading_number,
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Sharepoint,
        hosts: Under(&["sharepoint.com"]),
        jump: Jump {
            page: shapes::sharepoint,
            carrier: Nav,
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Panopto,
        hosts: Under(&["panopto.com", "panopto.eu"]),
        jump: Jump {
            page: shapes::panopto,
            existing: &[(Part::Query, "start")],
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Kaltura,
        hosts: Under(&["kaltura.com", "kaltura.nordu.net"]),
        jump: Jump {
            page: shapes::kaltura,
            carrier: Query("flashvars[mediaProxy.mediaPlayFrom]", Seconds),
            existing: &[
                (Part::Fragment, "t"),
                (Part::Query, "flashvars[mediaProxy.mediaPlayFrom]"),
            ],
            also_removed: &[(Part::Query, "flashvars[mediaProxy.mediaPlayTo]")],
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Twitch,
        hosts: Exact(&["twitch.tv", "www.twitch.tv", "m.twitch.tv", "go.twitch.tv"]),
        jump: Jump {
            page: shapes::twitch,
            carrier: Query("t", Hms),
            existing: &[(Part::Query, "t")],
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Dailymotion,
        hosts: Exact(&["dailymotion.com", "www.dailymotion.com", "dai.ly"]),
        jump: Jump {
            page: shapes::dailymotion,
            existing: &[(Part::Query, "start")],
            ..PLAIN
        },
    },
    // The players of the next two take no start time from outside; the files that they serve do.
    Row {
        provider: Provider::Qbrick,
        hosts: Under(&["qbrick.com"]),
        jump: MEDIA_FILE,
    },
    Row {
        provider: Provider::Dreambroker,
        hosts: Under(&["dreambroker.com"]),
        jump: MEDIA_FILE,
    },
    Row {
        provider: Provider::Peertube,
        hosts: Anywhere,
        jump: Jump {
            page: shapes::peertube,
            existing: &[(Part::Query, "start")],
            also_removed: &[(Part::Query, "stop")],
            ..PLAIN
        },
    },
    Row {
        provider: Provider::Opencast,
        hosts: Anywhere,
        jump: Jump {
            page: shapes::opencast,
            carrier: Query("time", Hms),
            existing: &[(Part::Query, "time")],
            ..PLAIN
        },
    },
    Row {
        provider: Provider::File,
        hosts: Anywhere,
        jump: MEDIA_FILE,
    },
];

/// Finds out whose URL it is. A host that a row speaks for is that provider's whatever its path; on
/// any other the first row that knows the path's shape wins.
pub(super) fn recognise(url: &SplitUrl) -> Recognised {
    if let Some(row) = ROWS.iter().find(|row| row.hosts.speak_for(url)) {
        let page = (row.jump.page)(url).map(|page| (&row.jump, page));
        return Recognised {
            provider: row.provider,
            page,
        };
    }
    let mut anywhere = ROWS.iter().filter(|row| matches!(row.hosts, Anywhere));
    let found = anywhere.find_map(|row| (row.jump.page)(url).map(|page| (row, page)));
    found.map_or(
        Recognised {
            provider: Provider::Other,
            page: None,
        },
        |(row, page)| Recognised {
            provider: row.provider,
            page: Some((&row.jump, page)),
        },
    )
}

impl Hosts {
    fn speak_for(&self, url: &SplitUrl) -> bool {
        // Another port is another service.
        if url.port.is_some() {
            return false;
        }
        match self {
            Self::Exact(hosts) => hosts.contains(&url.host.as_str()),
            Self::Under(hosts) => hosts.iter().any(|host| is_under(&url.host, host)),
            Self::Anywhere => false,
        }
    }
}

fn is_under(host: &str, parent: &str) -> bool {
    host.strip_suffix(parent)
        .is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
}

impl Jump {
    /// The start time that a pasted URL carries, in seconds.
    pub(super) fn proposed_seconds(&self, pasted: &SplitUrl) -> Option<u32> {
        if matches!(self.carrier, Nav) {
            return nav::start(pasted);
        }
        let mut places = self.existing.iter();
        places.find_map(|(part, key)| (self.read)(&pasted.values(*part, key)))
    }

    /// Takes every time off a page, also those that nobody could read.
    pub(super) fn take_time_off(&self, page: &mut SplitUrl) {
        if matches!(self.carrier, Nav) {
            nav::take_start_off(page);
        }
        for (part, key) in self.existing.iter().chain(self.also_removed) {
            page.remove(*part, key);
        }
    }
}

impl Carrier {
    /// Writes the time into a page that has none; the very start needs none.
    pub(super) fn put(&self, page: &mut SplitUrl, position: Position) {
        if position == Position::START {
            return;
        }
        match self {
            Query(key, form) => page.append(Part::Query, key, &form.write(position)),
            Fragment(key, form) => page.append(Part::Fragment, key, &form.write(position)),
            Nav => nav::put_start(page, position.seconds()),
        }
    }
}

impl TimeForm {
    fn write(&self, position: Position) -> String {
        match self {
            Seconds => position.seconds().to_string(),
            SecondsWithUnit => format!("{}s", position.seconds()),
            Hms => position.hms(),
        }
    }
}
