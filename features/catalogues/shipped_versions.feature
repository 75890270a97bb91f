@rule-shipped-catalogue @core @exact-names
Feature: Which shipped runtime serves which version of a format
  A service can request a version of its format. The version must be exactly one that a shipped runtime lists with
  autoSelect. The listed versions change with releases, and sometimes only a runtime with another protocol lists the
  requested one.

  Background:
    Given the runtimes that KServe ships

  @until-0.8.0
  Scenario Outline: In v0.8.0 <format> <version> runs on <runtime> over every protocol
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: The versions of v0.8.0
      | format   | version | runtime              |
      | sklearn  | 1       | kserve-sklearnserver |
      | xgboost  | 1       | kserve-xgbserver     |
      | lightgbm | 2       | kserve-lgbserver     |
      | mlflow   | 1       | kserve-mlserver      |

  Scenario Outline: <format> <version> runs on <runtime>, over v2 on <over v2>, <range>
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" version "<version>" over "v1"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it runs on ClusterServingRuntime "<over v2>"

    @since-0.11.1 @until-0.11.1
    Examples: sklearn 1, with mixed priorities in kserve-mlserver
      | format   | version | runtime              | over v2              | range              |
      | sklearn  | 1       | kserve-sklearnserver | kserve-sklearnserver | v0.11.1 alone      |

    @since-0.11.2
    Examples: sklearn 1, with corrected priorities
      | format   | version | runtime              | over v2              | range              |
      | sklearn  | 1       | kserve-sklearnserver | kserve-mlserver      | since v0.11.2      |

    @since-0.9.0 @until-0.16.0
    Examples: xgboost 1
      | format   | version | runtime              | over v2              | range              |
      | xgboost  | 1       | kserve-xgbserver     | kserve-mlserver      | v0.9.0 to v0.16.0  |

    @since-0.10.0 @until-0.16.0
    Examples: lightgbm 3
      | format   | version | runtime              | over v2              | range              |
      | lightgbm | 3       | kserve-lgbserver     | kserve-mlserver      | v0.10.0 to v0.16.0 |

    @since-0.17.0
    Examples: The next major versions
      | format   | version | runtime              | over v2              | range              |
      | xgboost  | 2       | kserve-xgbserver     | kserve-mlserver      | since v0.17.0      |
      | lightgbm | 4       | kserve-lgbserver     | kserve-mlserver      | since v0.17.0      |

    @since-0.11.1
    Examples: pmml
      | format   | version | runtime              | over v2              | range              |
      | pmml     | 3       | kserve-pmmlserver    | kserve-pmmlserver    | since v0.11.1      |

  Scenario Outline: <format> <version> runs on <runtime>, over v2 on none, <range>
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v1" in namespace "team-a" requests "<format>" version "<version>" over "v1"
    Then it runs on ClusterServingRuntime "<runtime>"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    @since-0.9.0 @until-0.11.0
    Examples: sklearn 1, which kserve-mlserver does not list yet
      | format   | version | runtime              | range             |
      | sklearn  | 1       | kserve-sklearnserver | v0.9.0 to v0.11.0 |

    @since-0.9.0 @until-0.9.0
    Examples: lightgbm 2, in its last release
      | format   | version | runtime              | range             |
      | lightgbm | 2       | kserve-lgbserver     | v0.9.0 alone      |

  Scenario Outline: <format> <version> runs on kserve-mlserver without a protocol and over v2, but not over v1, <range>
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When a service "v1" in namespace "team-a" requests "<format>" version "<version>" over "v1"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

    @since-0.9.0 @until-0.11.0
    Examples: A missing protocol matches every runtime
      | format   | version | range             |
      | sklearn  | 0       | v0.9.0 to v0.11.0 |
      | mlflow   | 1       | v0.9.0 to v0.11.0 |

    @since-0.9.0 @until-0.9.0
    Examples: lightgbm 3, which no v1 server lists
      | format   | version | range             |
      | lightgbm | 3       | v0.9.0 alone      |

  Scenario Outline: <format> <version> runs on kserve-mlserver over v2 only, <range>
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v1" in namespace "team-a" requests "<format>" version "<version>" over "v1"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

    @since-0.11.1
    Examples: A missing protocol counts as v1
      | format   | version | range              |
      | sklearn  | 0       | since v0.11.1      |
      | mlflow   | 1       | since v0.11.1      |

    @since-0.14.0 @until-0.16.0
    Examples: Versions that the v1 servers do not list yet
      | format   | version | range              |
      | xgboost  | 2       | v0.14.0 to v0.16.0 |
      | lightgbm | 4       | v0.14.0 to v0.16.0 |

    @since-0.14.0
    Examples: mlflow 2
      | format   | version | range              |
      | mlflow   | 2       | since v0.14.0      |

    @since-0.17.0
    Examples: Versions that the v1 servers no longer list
      | format   | version | range              |
      | xgboost  | 1       | since v0.17.0      |
      | lightgbm | 3       | since v0.17.0      |

  Scenario Outline: <format> <version> runs on no shipped runtime, <range>
    When a service "unset" in namespace "team-a" requests "<format>" version "<version>"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "<format>" version "<version>" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: A minor version, although the documentation of formats names one
      | format   | version | range              |
      | sklearn  | 1.5     | always             |

    @until-0.8.0
    Examples: Listed by kserve-mlserver, but without autoSelect
      | format   | version | range              |
      | sklearn  | 0       | up to v0.8.0       |
      | lightgbm | 3       | up to v0.8.0       |

    @until-0.13.1
    Examples: Not listed yet
      | format   | version | range              |
      | xgboost  | 2       | up to v0.13.1      |
      | lightgbm | 4       | up to v0.13.1      |
      | mlflow   | 2       | up to v0.13.1      |

    @since-0.10.0
    Examples: No longer listed
      | format   | version | range              |
      | lightgbm | 2       | since v0.10.0      |
