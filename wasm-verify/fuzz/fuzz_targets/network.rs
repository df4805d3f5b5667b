//! A network as a file: prepared or refused. Files on the device and the server are known by their hash before they
//! get here; this is the second line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::net::Network;

fuzz_target!(|file: &[u8]| {
    if let Ok(network) = Network::load(file, &[1, 146, 2]) {
        let _ = network.run(&[1, 146, 2], vec![0.5; 292]);
    }
});
