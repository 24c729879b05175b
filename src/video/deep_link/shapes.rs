//! What the addresses of videos look like, provider by provider.
//!
//! Each function answers with the page to store and link to, or with `None` where the address is no
//! single video of that provider: a channel, a playlist, a live event. Times are taken off
//! elsewhere.

use super::nav;
use super::split::SplitUrl;

/// File endings that browsers play by themselves and seek in by media fragment. HLS only where the
/// player is native.
const MEDIA_ENDINGS: [&str; 14] = [
    "mp4", "m4v", "m4a", "mov", "webm", "ogg", "ogv", "oga", "opus", "mp3", "aac", "wav", "flac",
    "m3u8",
];

/// `https://www.youtube.com/watch?v=ID`, keeping the playlist; from watch, live, shorts, embed and
/// youtu.be.
pub(super) fn youtube(url: &SplitUrl) -> Option<SplitUrl> {
    let from_query = || url.parameter("v");
    let is_short_host = url.host.ends_with("youtu.be");
    let id = match url.segments().as_slice() {
        [id] if is_short_host => Some((*id).to_owned()),
        ["watch"] if !is_short_host => from_query(),
        ["live" | "shorts" | "embed" | "v" | "e", id] if !is_short_host => Some((*id).to_owned()),
        _ => None,
    }?;
    if !is_youtube_id(&id) {
        return None;
    }
    let mut query = format!("v={id}");
    for key in ["list", "index"] {
        if let Some(value) = url.parameter(key).filter(|value| is_token(value)) {
            query = format!("{query}&{key}={value}");
        }
    }
    Some(SplitUrl::https("www.youtube.com", "/watch", Some(query)))
}

/// The privacy-friendly player of a canonical watch page.
pub(super) fn youtube_player(page: &SplitUrl) -> Option<SplitUrl> {
    let id = page.parameter("v")?;
    Some(SplitUrl::https(
        "www.youtube-nocookie.com",
        &format!("/embed/{id}"),
        None,
    ))
}

/// The picture that `YouTube` keeps of every video, whatever its resolution.
pub(super) fn youtube_still(page: &SplitUrl) -> Option<SplitUrl> {
    let id = page.parameter("v")?;
    let path = format!("/vi/{id}/hqdefault.jpg");
    Some(SplitUrl::https("i.ytimg.com", &path, None))
}

/// `https://vimeo.com/ID[/HASH]`, from there, player, channel, group and showcase addresses.
pub(super) fn vimeo(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    let (id, hash) = match segments.as_slice() {
        ["video", id] if url.host == "player.vimeo.com" => (*id, None),
        _ if url.host == "player.vimeo.com" => return None,
        [id]
        | ["channels", _, id]
        | ["groups", _, "videos", id]
        | ["showcase" | "album", _, "video", id] => (*id, None),
        [id, hash] => (*id, Some((*hash).to_owned())),
        _ => return None,
    };
    // The hash of an unlisted video is its key: without it the page is not found.
    let hash = hash.or_else(|| url.parameter("h"));
    let hash_is_plausible =
        |hash: &String| hash.len() >= 6 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_number(id) || !hash.as_ref().is_none_or(hash_is_plausible) {
        return None;
    }
    let path = hash.map_or_else(|| format!("/{id}"), |hash| format!("/{id}/{hash}"));
    Some(SplitUrl::https("vimeo.com", &path, None))
}

/// The player of a canonical Vimeo page.
pub(super) fn vimeo_player(page: &SplitUrl) -> Option<SplitUrl> {
    let segments = page.segments();
    let (id, hash) = segments.split_first()?;
    let query = hash.first().map(|hash| format!("h={hash}"));
    Some(SplitUrl::https(
        "player.vimeo.com",
        &format!("/video/{id}"),
        query,
    ))
}

/// `/w/ID`, `/videos/watch/ID` and `/videos/embed/ID`, where the id is a UUID or its short form.
pub(super) fn peertube(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    let (["w", id] | ["videos", "watch" | "embed", id]) = segments.as_slice() else {
        return None;
    };
    same_if(is_uuid(id) || is_short_uuid(id), url)
}

/// `/v/SLUG`.
pub(super) fn voctoweb(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    same_if(
        matches!(segments.as_slice(), ["v", slug] if !slug.is_empty()),
        url,
    )
}

/// `…/paella7/ui/watch.html?id=…`, with any version of the player.
pub(super) fn opencast(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    let [.., player, "ui", "watch.html"] = segments.as_slice() else {
        return None;
    };
    same_if(
        player.starts_with("paella") && url.parameter("id").is_some(),
        url,
    )
}

/// Sharing links of videos, and the pages of the player.
pub(super) fn sharepoint(url: &SplitUrl) -> Option<SplitUrl> {
    let path = url.path.to_ascii_lowercase();
    let is_video = path.starts_with("/:v:/")
        || (path.ends_with("/_layouts/15/embed.aspx") && url.parameter("UniqueId").is_some())
        || (path.ends_with("/_layouts/15/stream.aspx") && url.parameter("id").is_some());
    same_if(is_video && nav::is_usable(url), url)
}

/// `/Panopto/Pages/Viewer.aspx?id=…` and `Embed.aspx`.
pub(super) fn panopto(url: &SplitUrl) -> Option<SplitUrl> {
    let path = url.path.to_ascii_lowercase();
    let is_player = matches!(
        path.as_str(),
        "/panopto/pages/viewer.aspx" | "/panopto/pages/embed.aspx"
    );
    same_if(is_player && url.parameter("id").is_some(), url)
}

/// The player in an iframe. Pages of a media space take no start time.
pub(super) fn kaltura(url: &SplitUrl) -> Option<SplitUrl> {
    let has_player = url
        .segments()
        .iter()
        .any(|segment| matches!(*segment, "embedPlaykitJs" | "embedIframeJs"));
    let is_iframe = url.parameter("iframeembed").as_deref() == Some("true");
    same_if(
        has_player && is_iframe && url.parameter("entry_id").is_some(),
        url,
    )
}

/// `/videos/ID` and the older `/CHANNEL/v/ID`. Clips and live channels take no start time.
pub(super) fn twitch(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    let (["videos" | "video", id] | [_, "v" | "video", id]) = segments.as_slice() else {
        return None;
    };
    same_if(is_number(id), url)
}

/// `/video/ID` and its embedded form; `dai.ly/ID` becomes the page that it would lead to.
pub(super) fn dailymotion(url: &SplitUrl) -> Option<SplitUrl> {
    let segments = url.segments();
    let is_short_host = url.host == "dai.ly";
    match segments.as_slice() {
        [id] if is_short_host && is_token(id) => {
            let path = format!("/video/{id}");
            let mut page = SplitUrl::https("www.dailymotion.com", &path, url.query.clone());
            page.fragment.clone_from(&url.fragment);
            Some(page)
        }
        ["video", id] | ["embed", "video", id] => same_if(!is_short_host && is_token(id), url),
        _ => None,
    }
}

/// A file that a browser plays by itself.
pub(super) fn media_file(url: &SplitUrl) -> Option<SplitUrl> {
    let (_, ending) = url.path.rsplit('/').next()?.rsplit_once('.')?;
    let is_media = MEDIA_ENDINGS
        .iter()
        .any(|known| ending.eq_ignore_ascii_case(known));
    same_if(is_media, url)
}

fn same_if(is_video: bool, url: &SplitUrl) -> Option<SplitUrl> {
    is_video.then(|| url.clone())
}

/// Eleven characters of an id; two of `YouTube`'s own path words happen to have eleven as well.
fn is_youtube_id(id: &str) -> bool {
    id.len() == 11 && is_token(id) && !matches!(id, "live_stream" | "videoseries")
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths_fit = groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]);
    lengths_fit
        && groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// A UUID in base 58, which has no `0`, `O`, `I` and `l`.
fn is_short_uuid(text: &str) -> bool {
    let is_base58 = |byte: u8| byte.is_ascii_alphanumeric() && !b"0OIl".contains(&byte);
    (21..=22).contains(&text.len()) && text.bytes().all(is_base58)
}
