"""Masking of free text: what is an identity goes, everything else stays."""

from __future__ import annotations

import pyarrow as pa
import pytest

from csat.gate.identities import LABELS, Identity, find_identities
from csat.gate.identity_numbers import has_id_card_checksum, has_luhn_checksum
from csat.gate.mask import mask_array, mask_text

# Text, and the same text masked.
MASKED = [
    # mobile numbers
    ("请拨打13800138000联系我", "请拨打[手机号]联系我"),
    ("电话：138 0013 8000。", "电话：[手机号]。"),
    ("138-0013-8000", "[手机号]"),
    ("+86 13800138000 或 +86-139-0013-9000", "[手机号] 或 [手机号]"),
    ("008613800138000", "[手机号]"),
    ("手机１３８００１３８０００打不通", "手机[手机号]打不通"),
    ("＋８６１３８００１３８０００", "[手机号]"),
    ("号码a13800138000b", "号码a[手机号]b"),
    ("我换号了，13800138000 13900139000 都行", "我换号了，[手机号] [手机号] 都行"),
    ("微信同号：13800138000", "微信同号：[手机号]"),
    # landlines
    ("座机(010)88886666转8012没人接", "座机[座机号]没人接"),
    ("打0755-26651234也不行", "打[座机号]也不行"),
    ("+86 10 8888 6666", "[座机号]"),
    ("单位电话86123456，传真：8888-6666", "单位电话[座机号]，传真：[座机号]"),
    ("办公室电话 021 6235 1234-802", "办公室电话 [座机号]"),
    # identity and bank cards
    ("身份证11010519491231002X，理赔", "身份证[身份证号]，理赔"),
    ("11010519491231002x", "[身份证号]"),
    ("110105 19491231 002X", "[身份证号]"),
    ("１１０１０５１９４９１２３１００２Ｘ", "[身份证号]"),
    ("老身份证是110105491231002", "老身份证是[身份证号]"),
    ("退到6222021234567890128", "退到[银行卡号]"),
    ("卡号 4111 1111 1111 1111。", "卡号 [银行卡号]。"),
    # e-mail
    ("邮箱abc.d-e@mail.example.com.cn。", "邮箱[邮箱]。"),
    ("发到13800138000@139.com", "发到[邮箱]"),
    # plates
    ("京A12345追尾粤BD12345，还有闽D·v1234", "[车牌号]追尾[车牌号]，还有[车牌号]"),
    ("苏E·2G81C 停在路边", "[车牌号] 停在路边"),
    ("挂车鲁B1234挂", "挂车[车牌号]"),
    ("沪A123456D", "沪A123456D"),
    # papers and numbers of cases
    ("护照E12345678，通行证号：C1234567", "护照[护照号]，通行证号：[护照号]"),
    ("保单号PDZA202311010000012345", "保单号[保单号]"),
    ("保单号 2026013800138000", "保单号 [保单号]"),
    ("报案号：RDZA2023440100000123", "报案号：[案件号]"),
    ("（2023）京0105民初12345号判决", "[案件号]判决"),
    # accounts
    ("加微信zhang_san88，或 VX:wang123456", "加微信[微信号]，或 VX:[微信号]"),
    ("lihua2020是我微信", "[微信号]是我微信"),
    ("QQ 123456789，QQ群：66778899", "QQ [QQ号]，QQ群：[QQ号]"),
    # addresses and names
    ("家住北京市朝阳区建国路88号院3号楼2单元501室，", "家住[地址]，"),
    ("我住在和平小区5栋2单元302", "我住在[地址]"),
    ("寄到上海市浦东新区张杨路500弄12号302室", "寄到[地址]"),
    ("沙田镇香山冲村14组的村民", "[地址]的村民"),
    ("我叫李建国，联系人：王小明", "我叫[姓名]，联系人：[姓名]"),
    ("客户张伟反映，被保险人欧阳娜娜不知情", "客户[姓名]反映，被保险人[姓名]不知情"),
    ("张伟先生打了电话，我找了李芳经理", "[姓名]先生打了电话，我找了[姓名]经理"),
    ("王女士，李先生", "[姓名]女士，[姓名]先生"),
    ("昨天陈经理没回，联系人：卓翀", "昨天[姓名]经理没回，联系人：[姓名]"),
    ("姓名：李·小·明", "姓名：[姓名]"),
    ("欧阳老师和理赔员小李", "[姓名]老师和理赔员[姓名]"),
    ("policy no. PA-7731-2290", "policy no. [保单号]"),
    ("保单号：AB20230011和AB20230012", "保单号：[保单号]和[保单号]"),
    ("xiaoyu_77（微信）", "[微信号]（微信）"),
    ("让我加gk108718买保险", "让我加[微信号]买保险"),
    ("加微信 mahahaxx", "加微信 [微信号]"),
    ("加wxid_8f3k2j1h0q22", "加[微信号]"),
    ("tel 0 2 3 2 2 7 8 1 6 8 2", "tel [座机号]"),
    ("有QQ吗？我的是252371478", "有QQ吗？我的是[QQ号]"),
    ("保单号分别是ANJA1252024和GP63039601", "保单号分别是[保单号]和[保单号]"),
    ("找不到RDAE202423010000591815", "找不到[案件号]"),
    ("幸福大道中563号附18号", "[地址]"),
    ("举报解放路12号开赌场", "举报[地址]开赌场"),
    # names: roles, staff, signatures, and beside the number of their owner
    ("投诉人：宁华召 2017年", "投诉人：[姓名] 2017年"),
    ("我叫杨柳来自农村", "我叫[姓名]来自农村"),
    ("客户谭正阳女士，家属胡凤英上个月骨折", "客户[姓名]女士，家属[姓名]上个月骨折"),
    ("又找胡科长，班主任唐老师", "又找[姓名]科长，班主任[姓名]老师"),
    ("员工李师傅很好，报案人郑先生", "员工[姓名]师傅很好，报案人[姓名]先生"),
    ("跟小唐对接，责任人小贾，前台老杨", "跟[姓名]对接，责任人[姓名]，前台[姓名]"),
    ("蒲浩然，13800138000", "[姓名]，[手机号]"),
    ("应为“王玉珍”，授权人董鑫（签字），孙帆收", "应为“[姓名]”，授权人[姓名]（签字），[姓名]收"),
    ("Regards, Tomasz Bielak", "Regards, [姓名]"),
    ("王总让我等，张工说明天来", "[姓名]总让我等，[姓名]工说明天来"),
    ("张伟你好，法务江律师", "[姓名]你好，法务[姓名]律师"),
    ("本人陳佩珊，联系人李。志。刚", "本人[姓名]，联系人[姓名]"),
    ("住浏阳市大瑶镇天和村石湾组12号，", "住[地址]，"),
    ("体育西路103号维多利广场A塔31楼", "[地址]"),
    ("电话136.311.36.401", "电话[手机号]"),
]

# The same identities written so that a filter misses them.
DISGUISED = [
    ("壹叁捌零零壹叁捌零零零", "mobile"),
    ("一三八零零一三八零零零", "mobile"),
    ("幺三八 零零幺三 八〇〇〇", "mobile"),
    ("①③⑧⓪⓪①③⑧⓪⓪⓪", "mobile"),
    ("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", "mobile"),
    ("𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎", "mobile"),
    ("1 3 8 0 0 1 3 8 0 0 0", "mobile"),
    ("1.3.8.0.0.1.3.8.0.0.0", "mobile"),
    ("1、3、8、0、0、1、3、8、0、0、0", "mobile"),
    ("138——0013——8000", "mobile"),
    ("13-80-01-38-00-0", "mobile"),
    ("138o0l38OOO", "mobile"),
    ("1三8零零1三8零零零", "mobile"),
    ("1\u200b3\u200b8\u200b00138000", "mobile"),
    ("零一零八八八八六六六六", "landline"),
    ("1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "id_card"),
    ("壹壹零壹零伍壹玖肆玖壹贰叁壹零零贰X", "id_card"),
    ("6222-0212-3456-7890-128", "bank_card"),
    ("四一一一一一一一一一一一一一一一", "bank_card"),
    ("abc艾特163点com", "email"),
    ("abc(at)qq.com", "email"),
    ("abc＃126.com", "email"),
    ("abc @ qq . com", "email"),
    ("a b c @ q q . c o m", "email"),
    ("abc@qq。com", "email"),
    ("abc at gmail dot com", "email"),
    ("京 A 1 2 3 4 5", "plate"),
    ("粤B12O45", "plate"),
    ("京Ａ一二三四五", "plate"),
    ("京-A-12345", "plate"),
    ("沪·C·755S8", "plate"),
    ("1\u20e33\u20e38\u20e30\u20e30\u20e31\u20e33\u20e38\u20e30\u20e30\u20e30\u20e3", "mobile"),
    ("138然后0013再8000", "mobile"),
    ("138，中间是0013，最后8000", "mobile"),
    ("138👉0013👉8000", "mobile"),
    ("13812 345678", "mobile"),
    ("13812\n345678", "mobile"),
    ("l38OOl38OOO", "mobile"),
    ("11o1o5194912310o2X", "id_card"),
    ("11OIOSI949I23IOO2X".replace("S", "5"), "id_card"),
    ("110105接着19491231接着002X", "id_card"),
    ("622202123\n4567890128", "bank_card"),
]
DISGUISED_ACCOUNTS = [
    ("加威信：", "abcdef1", "wechat"),
    ("薇 ", "lihua2020", "wechat"),
    ("v信 ", "hello-66", "wechat"),
    ("➕v：", "abcde123", "wechat"),
    ("微\u200b信：", "abcdef", "wechat"),
    ("扣扣：", "壹贰叁肆伍陆柒", "qq"),
    ("企鹅号", "987654321", "qq"),
    ("加Q ", "66778899", "qq"),
    ("微信 ", "z h a o - 8 1 0 9", "wechat"),
    ("加vx", "ｌｉｌｙ＿ｍａ０７", "wechat"),
    ("护照号：", "E-5-1-8-7-9-6-5-7", "passport"),
    ("护照 ", "E S 9 5 3 2 9 4 8", "passport"),
    ("护照识别：", "E0 25 86 47 6", "passport"),
    ("保单号", "P D Z A 2 0 2 3 2 2 0 1 0 0", "policy_number"),
    ("报案编号：", "41 03 43 05 13 47 8", "case_number"),
    ("住在", "平湖路⑧⑥⑧号", "address"),
    ("寄到", "中央大街壹陆壹号", "address"),
    ("地址：", "五四路 1 0 9 号 5 栋 3 0 1", "address"),
]

STAYS = [
    "",
    "理赔很快，满意",
    "110105194912310021",  # the checksum would be X
    "12800138000",
    "1380013800",
    "138001380001",
    "订单号13912345678，流水号 20230815123456789",
    "等了 15 天，赔了 12345.67 元，2026-01-02 10:20",
    "微博 @客服 没人回",
    "客服热线 95518、400-800-1234、4008001234、12378，打10086也一样",
    "营收13800138000元，价格13,800,138,000",
    "服务器192.168.100.200和139.196.10.200，版本 13.8.0013.8000",
    "1799（1999-200），1399-150=1249，15 30 45 60 90 5分钟",
    "0.13912345678",
    "卡号6222021234567890129",  # no Luhn digit
    "电话 20240315 打来，打了8888888次",
    "微信支付12345元，微信公众号，微信iPhone版，QQ音乐",
    "最新A12345，新A8款，云A16芯片",
    "坐88路到2号线3号出口，上了3号楼5楼，线路2号，知道3号",
    "上海市浦东新区，小区一栋楼",
    "我是高兴的，客户方便，客户经理安排，本人向贵公司投诉，我是平安客户，本人周一到",
    "对于女士来说，我先生，客服小姐姐，马总是说，分公司经理，对方经理，向经理反映，保安师傅，高兴，黄金周",
    "2023年Q4 20231231 止",
    "看了3@9.9元的价格",
    "十三点八万、一百三十八、九五折、一一说明",
    "钱经理赔部，常先生病后，时总监控不到，小陈旧划痕，木工车工华工，武警官兵，温哥华",
    "发票代码011002300111，号码48291034，E12345678优惠券，活动码G20240618，产品备案号C00001732512021",
    "三室：万正小区，3室2厅出租",
    "附近施工噪音，费工夫，业务许可证，签字盖章，来了位小姐",
    "找银行说明情况，请问吉利和奇瑞，找郑州华为售后，真实姓名和联系电话",
    "康师傅牛肉面，原总图中部，李总理讲，500强总市值，套餐的好包总要的",
    "我是老顾客，小王子，小石子，小程序，小高层，专骗老人钱财，邵冬县",
    "先选1然后再选3，一再提醒，1.填表\n2.签字\n3.盖章\n4.寄回\n5.等待\n6.到账\n7.评价",
    "1\n3\n5\n4\n2\n5\n5\n4\n3\n5\n2",
    "答题选项1 3 2 4 4 1 2 3 5 5 1",
    "保费15000 200000保额",
    "粉丝13900012345人，款号E20251103，icon@2x.png",
    "加微信聊，微信 android 版，加上wechat payment，升级到win10",
    "Screenshot_2025-11-03-14-25-30-138_com.app.png",
    "①号方案，第①栋，三栋楼，护照已寄出 8 月 15 日",
    "保单一 二 三 四联，保单有 3 4 5 页",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_identities_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(("number", "kind"), DISGUISED)
def test_disguises_are_seen_through(number: str, kind: str) -> None:
    assert mask_text(f"打给我，{number}，谢谢") == f"打给我，{LABELS[kind]}，谢谢"


@pytest.mark.parametrize(("before", "account", "kind"), DISGUISED_ACCOUNTS)
def test_disguised_words_still_announce_an_account(before: str, account: str, kind: str) -> None:
    text = f"{before}{account} 谢谢"
    assert find_identities(text) == [Identity(len(before), len(before) + len(account), kind)]


@pytest.mark.parametrize("text", STAYS)
def test_other_text_stays(text: str) -> None:
    assert mask_text(text) == text


def test_a_numeral_of_the_next_word_is_no_digit_of_the_number() -> None:
    assert mask_text("手机一三八零零一三八零零零一直打不通") == "手机[手机号]一直打不通"
    assert mask_text("①13800138000 ②13900139000") == "①[手机号] ②[手机号]"


def test_places_are_those_of_the_text_as_it_came() -> None:
    text = "电\u200b话1\u200b38\u200b00138000\u200b，QQ：１２３４５６"
    found = find_identities(text)
    assert [(text[item.start : item.end], item.kind) for item in found] == [
        ("1\u200b38\u200b00138000", "mobile"),
        ("１２３４５６", "qq"),
    ]


def test_masking_again_changes_nothing() -> None:
    for text, masked in MASKED:
        assert mask_text(masked) == masked, text


def test_checksum_of_gb_11643() -> None:
    assert has_id_card_checksum("11010519491231002X")
    assert has_id_card_checksum("440524188001010014")
    assert not has_id_card_checksum("440524188001010015")


def test_checksum_of_iso_7812() -> None:
    assert has_luhn_checksum("79927398713")
    assert not has_luhn_checksum("79927398710")


def test_array_keeps_nulls_and_untouched_texts() -> None:
    texts = pa.array(["好", None, "打13800138000", ""])
    assert mask_array(texts).to_pylist() == ["好", None, "打[手机号]", ""]
    assert mask_array(pa.array(["好", None])).to_pylist() == ["好", None]


def test_the_first_look_over_an_array_misses_nothing() -> None:
    texts = [text for text, _ in MASKED + DISGUISED] + STAYS
    texts += [f"{before}{account}" for before, account, _ in DISGUISED_ACCOUNTS]
    assert mask_array(pa.array(texts)).to_pylist() == [mask_text(text) for text in texts]
