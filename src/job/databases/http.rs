//! Asks a server. Nothing of the user goes there but what the question holds.

use std::time::Duration;

use ureq::Agent;

/// No server is waited for longer.
const PATIENCE: Duration = Duration::from_secs(20);
/// No answer is longer.
const MOST: u64 = 4 << 20;

/// What a server said.
#[derive(Debug)]
pub enum Reply {
    /// The answer.
    Body(Vec<u8>),
    /// It knows nothing of the kind.
    NotFound,
    /// Why there is no answer, in words.
    Failed(String),
}

/// Asks; TLS where the address says so.
pub struct Client {
    agent: Agent,
}

impl Client {
    /// A client.
    pub fn new() -> Client {
        let config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(3)
            .user_agent(concat!("Spindle/", env!("CARGO_PKG_VERSION")));
        let config = match tls() {
            Some(tls) => config.tls_config(tls),
            None => config,
        };
        Client { agent: config.build().into() }
    }

    /// GET.
    pub fn get(&self, url: &str) -> Reply {
        let mut response = match self.agent.get(url).call() {
            Ok(response) => response,
            Err(error) => return Reply::Failed(error.to_string()),
        };
        match response.status().as_u16() {
            200 => match response.body_mut().with_config().limit(MOST).read_to_vec() {
                Ok(body) => Reply::Body(body),
                Err(error) => Reply::Failed(error.to_string()),
            },
            404 => Reply::NotFound,
            status => Reply::Failed(format!("the server answered with status {status}")),
        }
    }
}

/// TLS by rustls, whose arithmetic comes from graviola: that needs no C compiler, but a processor of the last ten years. Others get an error from the one
/// server that answers by TLS alone.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
fn tls() -> Option<ureq::tls::TlsConfig> {
    #[cfg(target_arch = "x86_64")]
    let able = {
        use std::arch::is_x86_feature_detected as has;
        let vectors = has!("ssse3") && has!("avx") && has!("avx2");
        vectors && has!("aes") && has!("pclmulqdq") && has!("bmi1") && has!("bmi2") && has!("adx")
    };
    #[cfg(target_arch = "aarch64")]
    let able = {
        use std::arch::is_aarch64_feature_detected as has;
        has!("neon") && has!("aes") && has!("pmull") && has!("sha2")
    };
    able.then(|| {
        let provider = std::sync::Arc::new(rustls_graviola::default_provider());
        let roots = ureq::tls::RootCerts::WebPki;
        ureq::tls::TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build()
    })
}

/// No TLS on this processor.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn tls() -> Option<ureq::tls::TlsConfig> {
    None
}
