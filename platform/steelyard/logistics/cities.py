"""The places of the freight market: Liaocheng and its counties, Shandong, and the main destinations.

Codes and coordinates are taken from `cpca_adcodes.csv` of the package cpca 0.5.5 (MIT licence, © 2018
QinYuan Du); longitude and latitude are written in micro-degrees, so that they stay integers. 茌平 became a
district in 2019, but only its former code 371523 has coordinates there, so it keeps that code here.
"""

from dataclasses import dataclass

from steelyard.logistics.distances import Point


@dataclass(frozen=True, slots=True)
class City:
    """A place (城市) of the freight market; longitude and latitude in micro-degrees."""

    adcode: str
    name_zh: str
    name_en: str
    lon_udeg: int
    lat_udeg: int

    @property
    def point(self) -> Point:
        """Where it lies, for the distances."""
        return Point(self.lon_udeg, self.lat_udeg)

    def name(self, locale: str = "zh") -> str:
        """The name of the place in Chinese, or in English where the locale is English."""
        return self.name_en if locale.startswith("en") else self.name_zh


CITIES: tuple[City, ...] = (
    City("371500", "聊城", "Liaocheng", 115_985_389, 36_456_684),
    City("371502", "东昌府", "Dongchangfu", 115_988_349, 36_434_669),
    City("371521", "阳谷", "Yanggu", 115_791_820, 36_114_392),
    City("371522", "莘县", "Shenxian", 115_671_191, 36_233_598),
    City("371523", "茌平", "Chiping", 116_255_270, 36_580_688),
    City("371524", "东阿", "Dong'e", 116_247_579, 36_334_917),
    City("371525", "冠县", "Guanxian", 115_442_739, 36_484_009),
    City("371526", "高唐", "Gaotang", 116_230_160, 36_846_762),
    City("371581", "临清", "Linqing", 115_704_881, 36_838_277),
    City("370100", "济南", "Jinan", 117_120_098, 36_651_200),
    City("370200", "青岛", "Qingdao", 120_382_621, 36_067_131),
    City("370300", "淄博", "Zibo", 118_055_019, 36_813_546),
    City("370400", "枣庄", "Zaozhuang", 117_323_725, 34_810_488),
    City("370500", "东营", "Dongying", 118_674_614, 37_433_963),
    City("370600", "烟台", "Yantai", 121_447_852, 37_464_539),
    City("370700", "潍坊", "Weifang", 119_161_748, 36_706_962),
    City("370800", "济宁", "Jining", 116_587_282, 35_414_982),
    City("370900", "泰安", "Tai'an", 117_087_614, 36_200_252),
    City("371000", "威海", "Weihai", 122_120_282, 37_513_412),
    City("371100", "日照", "Rizhao", 119_526_925, 35_416_734),
    City("371300", "临沂", "Linyi", 118_356_414, 35_104_673),
    City("371400", "德州", "Dezhou", 116_359_381, 37_436_657),
    City("371600", "滨州", "Binzhou", 117_970_699, 37_381_980),
    City("371700", "菏泽", "Heze", 115_480_656, 35_233_750),
    City("110000", "北京", "Beijing", 116_407_394, 39_904_211),
    City("120000", "天津", "Tianjin", 117_200_983, 39_084_158),
    City("130100", "石家庄", "Shijiazhuang", 114_514_793, 38_042_228),
    City("130200", "唐山", "Tangshan", 118_180_193, 39_630_867),
    City("130300", "秦皇岛", "Qinhuangdao", 119_518_197, 39_888_701),
    City("130400", "邯郸", "Handan", 114_538_959, 36_625_594),
    City("130500", "邢台", "Xingtai", 114_504_677, 37_070_834),
    City("130600", "保定", "Baoding", 115_464_589, 38_874_434),
    City("130900", "沧州", "Cangzhou", 116_838_834, 38_304_477),
    City("131100", "衡水", "Hengshui", 115_670_177, 37_738_920),
    City("140100", "太原", "Taiyuan", 112_548_879, 37_870_590),
    City("140400", "长治", "Changzhi", 113_116_404, 36_195_409),
    City("150100", "呼和浩特", "Hohhot", 111_749_995, 40_842_356),
    City("150200", "包头", "Baotou", 109_953_504, 40_621_157),
    City("210100", "沈阳", "Shenyang", 123_465_035, 41_677_284),
    City("210200", "大连", "Dalian", 121_614_848, 38_914_086),
    City("220100", "长春", "Changchun", 125_323_513, 43_817_251),
    City("230100", "哈尔滨", "Harbin", 126_534_967, 45_803_775),
    City("230600", "大庆", "Daqing", 125_103_784, 46_589_309),
    City("310000", "上海", "Shanghai", 121_473_662, 31_230_372),
    City("320100", "南京", "Nanjing", 118_796_682, 32_059_570),
    City("320200", "无锡", "Wuxi", 120_311_910, 31_491_169),
    City("320300", "徐州", "Xuzhou", 117_284_124, 34_205_768),
    City("320400", "常州", "Changzhou", 119_974_061, 31_811_226),
    City("320500", "苏州", "Suzhou", 120_585_728, 31_297_400),
    City("320700", "连云港", "Lianyungang", 119_221_611, 34_596_653),
    City("330100", "杭州", "Hangzhou", 120_209_789, 30_246_920),
    City("330200", "宁波", "Ningbo", 121_622_485, 29_859_971),
    City("340100", "合肥", "Hefei", 117_227_219, 31_820_591),
    City("340200", "芜湖", "Wuhu", 118_432_941, 31_352_859),
    City("350100", "福州", "Fuzhou", 119_296_389, 26_074_268),
    City("350200", "厦门", "Xiamen", 118_089_204, 24_479_664),
    City("360100", "南昌", "Nanchang", 115_858_198, 28_682_892),
    City("410100", "郑州", "Zhengzhou", 113_625_328, 34_746_611),
    City("410300", "洛阳", "Luoyang", 112_453_926, 34_620_202),
    City("410500", "安阳", "Anyang", 114_392_392, 36_097_577),
    City("410700", "新乡", "Xinxiang", 113_926_763, 35_303_704),
    City("410900", "濮阳", "Puyang", 115_029_216, 35_761_829),
    City("420100", "武汉", "Wuhan", 114_305_469, 30_593_175),
    City("430100", "长沙", "Changsha", 112_938_884, 28_228_080),
    City("440100", "广州", "Guangzhou", 113_264_385, 23_129_110),
    City("440600", "佛山", "Foshan", 113_121_435, 23_021_478),
    City("450100", "南宁", "Nanning", 108_366_543, 22_817_002),
    City("450200", "柳州", "Liuzhou", 109_428_608, 24_326_291),
    City("500000", "重庆", "Chongqing", 106_551_643, 29_562_849),
    City("510100", "成都", "Chengdu", 104_066_794, 30_572_893),
    City("520100", "贵阳", "Guiyang", 106_630_153, 26_647_661),
    City("530100", "昆明", "Kunming", 102_832_891, 24_880_095),
    City("610100", "西安", "Xi'an", 108_939_770, 34_341_574),
    City("620100", "兰州", "Lanzhou", 103_834_303, 36_061_089),
    City("630100", "西宁", "Xining", 101_778_223, 36_617_134),
    City("640100", "银川", "Yinchuan", 106_230_909, 38_487_193),
    City("650100", "乌鲁木齐", "Urumqi", 87_616_848, 43_825_592),
)
_BY_CODE = {city.adcode: city for city in CITIES}


def find_city(adcode: str) -> City | None:
    """The place of this code, or nothing where the market does not know it."""
    return _BY_CODE.get(adcode)


def city(adcode: str) -> City:
    """The place of this code; raises KeyError for a code that was never accepted."""
    return _BY_CODE[adcode]
