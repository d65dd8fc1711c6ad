//! Japanese.

use super::{Lang, Words};
use jiff::civil::Date;

pub(super) const LANG: Lang = Lang {
    code: "ja",
    name: "日本語",
    dir: "ltr",
    point: '.',
    percent: "%",
    date,
    month,
    incidents,
    degraded,
    words: WORDS,
};

const WORDS: Words = Words {
    skip: "状態へ移動",
    well: "すべてのシステムは正常です",
    maintenance: "予定された作業を実施中です",
    current: "現在の障害",
    planned: "予定された作業",
    components: "構成要素",
    past: "過去 14 日間",
    no_incidents: "障害はありません。",
    goes_on: "この日に始まった障害は",
    goes_on_link: "続いています",
    operational: "正常",
    ill: "影響あり",
    under_maintenance: "作業中",
    investigating: "調査中",
    identified: "原因を特定",
    monitoring: "経過を観察中",
    resolved: "解決済み",
    scheduled: "予定",
    in_progress: "実施中",
    completed: "完了",
    until: "終了予定",
    day_by_day: "日ごとの記録",
    up: "稼働",
    not_measured: "未測定",
    uptime: "90 日間の稼働率",
    measured: "測定時間",
    by_probes: "監視による",
    by_words: "発表による",
    how: "計算方法",
    how_state: "現在の障害の文章に名前がある構成要素を「影響あり」と表示します。どの名前もない場合は、すべてを「影響あり」とします。",
    how_probes: "監視による: 自社の監視が外部から確認します。1 時間ごとに成功した確認の割合を取り、監視が複数ある場合は最も悪い値を使います。稼働率は確認を行った時間の平均で、予定された作業の時間も含み、端数は切り捨てます。確認がなかった時間は未測定とし、計算に含めません。",
    how_words: "発表による: このページの障害がその構成要素を挙げていなかった時間（名前のない障害は全体に数えます）の割合で、端数は切り捨てます。予定された作業は障害に数えません。このページの記録が始まる前の時間は未測定とし、計算に含めません。",
    history: "履歴",
    back: "現在の状況",
    feeds: "フィード",
    languages: "言語",
    as_of: "時点",
    stale: "これ以降、このページを更新できていません。内容はすでに正しくない可能性があります。",
};

fn date(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

fn month(date: Date) -> String {
    format!("{}年{}月", date.year(), date.month())
}

fn incidents(count: usize) -> String {
    format!("障害 {count} 件")
}

fn degraded(count: usize) -> String {
    format!("サービスに影響が出ています（障害 {count} 件）")
}
