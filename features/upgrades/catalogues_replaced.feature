@rule-upgrade-catalogue @needs-upgrade @core @exact-names
Feature: Services when the shipped catalogue is replaced with that of a later release
  An upgrade has two parts: the controller, and the runtimes that it ships. After both, a stored service can have
  another runtime or none; without one, its pods keep running on the old one.

  Scenario Outline: From <from> to <to>, <format> <version> without a protocol moves from <before> to <after>
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<before>"
    When KServe is upgraded to <to>
    And the cluster runtimes are replaced with those that KServe <to> ships
    Then it runs on ClusterServingRuntime "<after>"

    Examples: A version that another server lists now
      | format   | version | from    | to      | before          | after            |
      | lightgbm | 3       | v0.9.0  | v0.10.0 | kserve-mlserver | kserve-lgbserver |

  Scenario Outline: From <from> to <to>, <format> <version> without a protocol loses <before>
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" requests "<format>" version "<version>"
    Then it runs on ClusterServingRuntime "<before>"
    When KServe is upgraded to <to>
    And the cluster runtimes are replaced with those that KServe <to> ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "<before>"

    Examples: Versions that the new runtimes do not list, or not for v1
      | format   | version | from    | to      | before           |
      | sklearn  | 0       | v0.10.2 | v0.11.1 | kserve-mlserver  |
      | lightgbm | 2       | v0.9.0  | v0.10.0 | kserve-lgbserver |
      | lightgbm | 3       | v0.16.0 | v0.17.0 | kserve-lgbserver |
      | xgboost  | 1       | v0.16.0 | v0.17.0 | kserve-xgbserver |
      | mlflow   | 1       | v0.10.2 | v0.11.2 | kserve-mlserver  |

  Scenario Outline: From <from> to <to>, <format> over v2 moves from <before> to <after>
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<before>"
    When KServe is upgraded to <to>
    And the cluster runtimes are replaced with those that KServe <to> ships
    Then it runs on ClusterServingRuntime "<after>"

    Examples: Protocols count since v0.9.0, and priorities since v0.11.1
      | format     | from    | to      | before                    | after                |
      | sklearn    | v0.8.0  | v0.9.0  | kserve-sklearnserver      | kserve-mlserver      |
      | sklearn    | v0.10.2 | v0.11.1 | kserve-mlserver           | kserve-sklearnserver |
      | sklearn    | v0.11.1 | v0.11.2 | kserve-sklearnserver      | kserve-mlserver      |
      | tensorflow | v0.8.0  | v0.9.0  | kserve-tensorflow-serving | kserve-tritonserver  |

  Scenario Outline: <format> over v2 loses <runtime> in v0.9.0 and gets it back in v0.11.1
    Given KServe v0.8.0 is installed
    And the runtimes that KServe v0.8.0 ships
    When a service in namespace "team-a" requests "<format>" over "v2"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to v0.9.0
    And the cluster runtimes are replaced with those that KServe v0.9.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to v0.11.1
    And the cluster runtimes are replaced with those that KServe v0.11.1 ships
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: Servers that listed their protocols before they supported v2
      | format | runtime             |
      | pmml   | kserve-pmmlserver   |
      | paddle | kserve-paddleserver |

  Scenario Outline: <format> without a protocol loses <runtime> with <to> and its runtimes
    Given KServe <from> is installed
    And the runtimes that KServe <from> ships
    When a service in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to <to>
    And the cluster runtimes are replaced with those that KServe <to> ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "<runtime>"

    Examples: Formats whose shipped servers do not speak v1
      | format   | runtime             | from    | to      |
      | mlflow   | kserve-mlserver     | v0.10.2 | v0.11.1 |
      | mlflow   | kserve-mlserver     | v0.8.0  | v0.11.2 |
      | onnx     | kserve-tritonserver | v0.10.2 | v0.11.1 |
      | tensorrt | kserve-tritonserver | v0.10.2 | v0.11.1 |
      | triton   | kserve-tritonserver | v0.10.2 | v0.11.1 |

  Scenario: A legacy sklearn service over v2 changes its server twice within two patch releases
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" uses the legacy key "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When KServe is upgraded to v0.11.1
    And the cluster runtimes are replaced with those that KServe v0.11.1 ships
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to v0.11.2
    And the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  Scenario Outline: A service that names <runtime> for <format> <version> loses it in v0.17.0
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service in namespace "team-a" requests "<format>" version "<version>" with runtime "<runtime>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to v0.17.0
    Then it runs on ClusterServingRuntime "<runtime>"
    When the cluster runtimes are replaced with those that KServe v0.17.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "<runtime>"

    Examples: Versions that v0.17.0 replaces with the next ones
      | format   | version | runtime          |
      | xgboost  | 1       | kserve-xgbserver |
      | lightgbm | 3       | kserve-lgbserver |

  Scenario Outline: <format> without a version stays on <runtime> from v0.10.2 to v0.20.0
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "<format>"
    Then it runs on ClusterServingRuntime "<runtime>"
    When KServe is upgraded to v0.20.0
    And the cluster runtimes are replaced with those that KServe v0.20.0 ships
    Then it runs on ClusterServingRuntime "<runtime>"

    Examples: The most common requests
      | format     | runtime                   |
      | sklearn    | kserve-sklearnserver      |
      | tensorflow | kserve-tensorflow-serving |
      | pytorch    | kserve-torchserve         |

  @extended
  Scenario: The new controller with the old runtimes keeps the results of the old release
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.10.2 ships
    When a service "unset" in namespace "team-a" requests "sklearn"
    And a service "v2" in namespace "team-a" requests "sklearn" over "v2"
    And KServe is upgraded to v0.11.1
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    When a service "again" in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @extended
  Scenario: The old controller with the new runtimes ignores their priorities
    Given KServe v0.10.2 is installed
    And the runtimes that KServe v0.11.2 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"
    When KServe is upgraded to v0.11.2
    And the cluster runtimes are replaced with those that KServe v0.11.2 ships
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @rule-shipped-installers-differ @extended
  Scenario: A release keeps its services only if it is upgraded with its original installer
    Given KServe v0.10.2 is installed
    And the runtimes that the Helm chart of KServe v0.10.2 installs
    When a service in namespace "team-a" requests "lightgbm" version "2"
    Then it runs on ClusterServingRuntime "kserve-lgbserver"
    When the cluster runtimes are replaced with those that KServe v0.10.2 ships
    Then it has no runtime because of "NoSupportingRuntime"
    And its workload still runs on ClusterServingRuntime "kserve-lgbserver"

  @rule-shipped-installers-differ @extended
  Scenario: huggingface without a protocol gets a runtime when the manifests of v0.12.1 replace the Helm chart
    Given KServe v0.12.1 is installed
    And the runtimes that the Helm chart of KServe v0.12.1 installs
    When a service in namespace "team-a" requests "huggingface"
    Then it has no runtime because of "NoSupportingRuntime"
    When the cluster runtimes are replaced with those that KServe v0.12.1 ships
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

  @rule-downgrade-keeps-stored-service @extended
  Scenario: A downgrade of the controller and its runtimes brings the old server back
    Given KServe v0.16.0 is installed
    And the runtimes that KServe v0.16.0 ships
    When a service in namespace "team-a" requests "xgboost" version "1"
    Then it runs on ClusterServingRuntime "kserve-xgbserver"
    When KServe is upgraded to v0.17.0
    And the cluster runtimes are replaced with those that KServe v0.17.0 ships
    Then it has no runtime because of "NoSupportingRuntime"
    When KServe is downgraded to v0.16.0
    And the cluster runtimes are replaced with those that KServe v0.16.0 ships
    Then it runs on ClusterServingRuntime "kserve-xgbserver"
