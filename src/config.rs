//! Where this program keeps what it remembers.

use std::path::PathBuf;

/// Names the folder, for tests and for portable installations.
const FOLDER_VARIABLE: &str = "SPINDLE_CONFIG_DIR";

/// The folder of this user's settings; `None` where the system has no place for them. It need not be there yet.
pub fn folder() -> Option<PathBuf> {
    match std::env::var_os(FOLDER_VARIABLE).filter(|folder| !folder.is_empty()) {
        Some(folder) => Some(PathBuf::from(folder)),
        None => Some(directories::ProjectDirs::from("", "", "Spindle")?.config_dir().to_owned()),
    }
}

/// The folder of this user for what can be made again; `None` where the system has no place for it. It need not be there yet.
pub fn cache_folder() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "Spindle")?.cache_dir().to_owned())
}
