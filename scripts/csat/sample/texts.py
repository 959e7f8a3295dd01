"""Chinese texts from a small grammar of phrases on insurance themes."""

from __future__ import annotations

import numpy as np

NEGATIVE: dict[str, tuple[str, ...]] = {
    "misselling": (
        "宣传和实际保障完全不一样，感觉被误导了",
        "客服说什么都能赔，结果条款里根本没有，属于误导销售",
        "广告写首月一元，后面每月扣几百块，太坑了",
        "销售的时候没有说清楚免责条款",
        "夸大保障范围，误导消费者",
    ),
    "disclosure": ("免责条款藏得很深，根本看不到", "健康告知没有说明清楚", "条款太复杂，重要内容没有提示"),
    "bundling": ("买票的时候默认勾选了保险", "被强制捆绑了一份意外险", "不知不觉就搭售了别的产品"),
    "auto_renewal": (
        "没有通知就自动续费扣款",
        "自动续费关不掉，扣了钱才知道",
        "未经同意就自动扣了下一年保费",
    ),
    "claim_slow": ("理赔太慢了，拖了一个多月", "理赔进度一直没有更新，催了好几次", "等了很久还没有到账"),
    "claim_refused": (
        "莫名其妙拒赔，理由也不解释",
        "以既往症为由拒赔，无法接受",
        "小病也拒赔，这保险有什么用",
    ),
    "documents": ("理赔材料繁琐，反复要求补件", "资料交了三次还说不全", "要求的证明医院根本开不出来"),
    "surrender": ("退保太难了，一直推脱", "退保只退一点点现金价值", "找不到退保入口"),
    "no_human": ("客服全是机器人，找不到人工", "打电话一直转接，没有人工", "排队半小时也没有人工客服接听"),
    "platform": ("App总是闪退，登录不上", "系统老是报错，付款失败", "页面卡顿，找不到保单"),
    "privacy": ("刚咨询完就接到推销电话，信息泄露了", "个人信息被泄露，天天有骚扰电话"),
    "charges": ("保费涨得太多", "扣费不透明，不知道扣的什么钱", "手续费太高，不合理"),
    "attitude": ("客服态度很差，不耐烦", "说话敷衍，问题一直没解决", "工作人员态度恶劣"),
    "underwriting": ("核保太严，无缘无故拒保", "体检正常也被拒保"),
}
POSITIVE: tuple[str, ...] = (
    "理赔很快，三天就到账了",
    "客服态度很好，解释得很耐心",
    "投保流程简单方便",
    "价格实惠，保障全面",
    "条款写得清楚，一看就懂",
    "App很好用，操作流畅",
    "服务专业，值得信赖",
    "理赔进度随时能查，很放心",
    "回访很及时，讲解清楚",
    "电子保单马上就收到了",
    "问题一次就解决了",
    "续保提醒很贴心",
    "理赔人员专业负责",
    "整体体验不错，会推荐给朋友",
)
NEUTRAL: tuple[str, ...] = (
    "暂时没有用到理赔",
    "刚买不久，还不太了解",
    "和其他公司差不多",
    "没有什么特别的意见",
    "希望增加线下网点",
    "建议多一些产品选择",
    "先用一年看看",
    "是朋友介绍买的",
)
OPENINGS: tuple[str, ...] = (
    "",
    "",
    "",
    "总的来说，",
    "说实话，",
    "个人感觉",
    "买了两年了，",
    "第一次买，",
    "在网上买的，",
)
JOINS: tuple[str, ...] = ("，", "；", "。", "，而且", "，另外")
TURNS: tuple[str, ...] = ("，但是", "，不过", "，可是")
NEGATIVE_ENDS: tuple[str, ...] = (
    "。",
    "！",
    "，非常失望。",
    "，希望尽快处理。",
    "，不会再买了。",
    "，请给个说法！",
)
POSITIVE_ENDS: tuple[str, ...] = ("。", "！", "，很满意。", "，点赞！", "，继续支持。")
DEMANDS: tuple[str, ...] = ("要求退款并道歉", "请给出书面说明", "希望监管部门介入", "要求尽快处理并答复")
THEME_DEMANDS: dict[str, tuple[str, ...]] = {
    "claim_slow": ("要求尽快赔付", "要求说明理赔进度"),
    "claim_refused": ("要求重新核定并赔付", "要求按条款赔付"),
    "documents": ("要求一次告知所需材料",),
    "surrender": ("要求全额退保",),
    "auto_renewal": ("要求关闭自动扣费并退还保费",),
    "privacy": ("要求停止使用我的个人信息",),
}
GENERAL_THEMES: tuple[str, ...] = (
    "misselling",
    "disclosure",
    "bundling",
    "auto_renewal",
    "claim_slow",
    "claim_refused",
    "documents",
    "surrender",
    "no_human",
    "platform",
    "privacy",
    "charges",
    "attitude",
    "underwriting",
)
CLAIM_THEMES: tuple[str, ...] = ("claim_slow", "claim_refused", "documents", "attitude", "no_human")
IDENTITY_SHARE = 0.02


class TextMaker:
    """Builds texts; negative share and themes follow the mood that is passed in."""

    def complaints(self, rng: np.random.Generator, themes: list[tuple[str, ...]]) -> np.ndarray:
        """One complaint text per row, on one of its themes and at times a second one; (rows,) objects."""
        count = len(themes)
        draws = rng.random((count, 6))
        out = []
        for choices, draw in zip(themes, draws, strict=True):
            theme = _pick(choices, draw[0])
            text = _pick(NEGATIVE[theme], draw[1])
            if draw[2] < 0.35:
                text += _pick(JOINS, draw[2] / 0.35) + _pick(
                    NEGATIVE[_pick(GENERAL_THEMES, draw[3])], draw[4]
                )
            demands = DEMANDS + 2 * THEME_DEMANDS.get(theme, ())
            out.append(text + "，" + _pick(demands, draw[5]) + "。")
        return self._with_identities(rng, np.array(out, dtype=object))

    def opinions(self, rng: np.random.Generator, mood: np.ndarray, on_claims: np.ndarray) -> np.ndarray:
        """One opinion per row; mood in latent units (0 = mixed, above 1 = pleased), on_claims: of a claim."""
        count = len(mood)
        bad = 1 / (1 + np.exp(1.7 * (mood - 0.1)))
        draws = rng.random((count, 9))
        out = []
        for chance, claims, draw in zip(bad, on_claims, draws, strict=True):
            themes = CLAIM_THEMES if claims and draw[8] < 0.7 else GENERAL_THEMES
            if draw[0] < 0.12:
                text, end = _pick(NEUTRAL, draw[1]), "。"
            elif draw[0] < 0.24:
                good, poor = _pick(POSITIVE, draw[1]), _pick(NEGATIVE[_pick(themes, draw[2])], draw[3])
                first, second = (good, poor) if draw[4] < chance else (poor, good)
                text, end = first + _pick(TURNS, draw[5]) + second, "。"
            elif draw[4] < chance:
                text = _pick(NEGATIVE[_pick(themes, draw[1])], draw[2])
                if draw[5] < 0.4:
                    text += _pick(JOINS, draw[5] / 0.4) + _pick(NEGATIVE[_pick(themes, draw[6])], draw[3])
                end = _pick(NEGATIVE_ENDS, draw[7])
            else:
                text = _pick(POSITIVE, draw[1])
                if draw[5] < 0.4:
                    text += _pick(JOINS, draw[5] / 0.4) + _pick(POSITIVE, draw[6])
                end = _pick(POSITIVE_ENDS, draw[7])
            out.append(_pick(OPENINGS, draw[8]) + text + end)
        return self._with_identities(rng, np.array(out, dtype=object))

    def _with_identities(self, rng: np.random.Generator, texts: np.ndarray) -> np.ndarray:
        """Add a phone number of the unassigned range 154, or an address at example.com, to a few texts."""
        for place in np.flatnonzero(rng.random(len(texts)) < IDENTITY_SHARE):
            number = int(rng.integers(0, 100_000_000))
            if number % 2:
                texts[place] += f"我的电话154{number:08d}，请联系我。"
            else:
                texts[place] += f"请回复邮箱user{number}@example.com。"
        return texts


def _pick(choices: tuple[str, ...], draw: float) -> str:
    return choices[min(int(draw * len(choices)), len(choices) - 1)]
