//! 网上的字节 what a page costs a phone in the basement of a market.

use rocket::http::Header;
use rocket::local::asynchronous::Client;
use shiyan_web_kit::assets;
use shiyan_web_kit::stage::{Person, client, csrf_of, demonstration, login};

/// Bytes on the wire, and the coding.
async fn wire(client: &Client, token: &str, address: &str) -> (usize, String) {
    let request = client.get(address.to_owned()).header(Header::new("Accept-Encoding", "gzip, deflate, br")).cookie(("shiyan_login", token.to_owned()));
    let response = request.dispatch().await;
    let coding = response.headers().get_one("Content-Encoding").unwrap_or_default().to_owned();
    (response.into_bytes().await.unwrap_or_default().len(), coding)
}

#[rocket::async_test]
async fn the_shell_takes_thirty_kilobytes_and_a_page_of_the_bench_twenty() {
    let (_dir, app, _) = demonstration("wire", 7, 160).await;
    let client = client(&app, crate::routes()).await;
    let token = login(&client, "analyst").await;
    let mut shell = 0;
    for asset in assets::all() {
        let (bytes, coding) = wire(&client, &token, &format!("/assets/{}", asset.name)).await;
        assert_eq!(coding, "br", "{}", asset.name);
        println!("{}: {} -> {bytes}", asset.name, asset.bytes.len());
        // the grid has a script of its own
        shell += if asset.name.starts_with("grid") { 0 } else { bytes };
    }
    let (home, coding) = wire(&client, &token, "/").await;
    assert_eq!(coding, "gzip");
    println!("shell {shell}, home {home}");
    assert!(shell <= 30_000, "the shell takes {shell} bytes");
    let analyst = app.stage().people().await.unwrap().into_iter().find(|u| u.username == "analyst").unwrap();
    let sheets = app.stage().worksheets_of(&analyst.id.to_string(), &analyst.scope, 100).await.unwrap();
    for address in ["/bench".to_owned(), "/worksheets".to_owned(), format!("/worksheets/{}", sheets[0].id)] {
        let (bytes, coding) = wire(&client, &token, &address).await;
        println!("{address}: {bytes}");
        assert_eq!(coding, "gzip", "{address}");
        assert!(bytes <= 20_000, "{address} takes {bytes} bytes");
    }
}

#[rocket::async_test]
async fn no_two_answers_carry_the_same_form_token_and_each_is_taken() {
    let (_dir, app, _) = demonstration("tokens", 7, 60).await;
    let client = client(&app, crate::routes()).await;
    let me = Person::of(&client, "analyst").await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let (_, page) = me.get("/me").await;
        let token = csrf_of(&page).to_owned();
        assert!(seen.insert(token.clone()), "the same token twice");
        let login = login(&client, "analyst").await;
        let foreign = client.post("/logout").header(rocket::http::ContentType::Form).cookie(("shiyan_login", login)).body(format!("csrf={token}"));
        assert_eq!(foreign.dispatch().await.status().code, 403, "the token of another login");
    }
    let (status, to) = me.post("/logout", String::new()).await;
    assert!(status == 303, "{status} {to}");
}
