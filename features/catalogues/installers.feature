@rule-shipped-installers-differ @extended @exact-names
Feature: The catalogue of a release depends on its installer
  A release can be installed from its manifests or from its Helm chart. Both install runtimes, but not always the same
  ones, so in two clusters with the same release a service can run on different runtimes, or have one in only one of
  them.

  @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 the runtimes of the Helm chart list no protocols, so sklearn over v2 runs on the v1 server
    Given the runtimes that the Helm chart of KServe v0.9.0 installs
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 the runtimes of the manifests run sklearn over v2 on MLServer
    Given the runtimes that KServe v0.9.0 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 no runtime of the Helm chart serves <format>
    Given the runtimes that the Helm chart of KServe v0.9.0 installs
    When a service in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Listed, but without autoSelect
      | format   |
      | tensorrt |

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the Helm chart serves lightgbm 2 with the LightGBM server
    Given the runtimes that the Helm chart of KServe v0.10.2 installs
    When a service in namespace "team-a" requests "lightgbm" version "2"
    Then it runs on ClusterServingRuntime "kserve-lgbserver"

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the Helm chart serves lightgbm 3 with MLServer
    Given the runtimes that the Helm chart of KServe v0.10.2 installs
    When a service in namespace "team-a" requests "lightgbm" version "3"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the manifests serve lightgbm 3 with the LightGBM server
    Given the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "lightgbm" version "3"
    Then it runs on ClusterServingRuntime "kserve-lgbserver"

  @since-0.12.0
  Scenario Outline: huggingface without a protocol has no runtime from the Helm chart of <release>
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service "unset" in namespace "team-a" requests "huggingface"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "huggingface" over "v2"
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

    @until-0.12.0
    Examples: The first release with the runtime
      | release |
      | v0.12.0 |

    @since-0.12.1 @until-0.12.1
    Examples: The second release with the runtime
      | release |
      | v0.12.1 |

  @since-0.13.0 @until-0.16.0
  Scenario Outline: huggingface without a protocol runs on the runtime of the Helm chart of <release>
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

    @until-0.13.0
    Examples: v0.13.0
      | release |
      | v0.13.0 |

    @since-0.15.2 @until-0.15.2
    Examples: v0.15.2
      | release |
      | v0.15.2 |

    @since-0.16.0
    Examples: v0.16.0
      | release |
      | v0.16.0 |

  @since-0.17.0
  Scenario Outline: The Helm chart of <release> installs no runtimes, so sklearn has none
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

    @until-0.17.0
    Examples: v0.17.0
      | release |
      | v0.17.0 |

    @since-0.19.0 @until-0.19.0
    Examples: v0.19.0
      | release |
      | v0.19.0 |

    @since-0.20.0
    Examples: v0.20.0
      | release |
      | v0.20.0 |
