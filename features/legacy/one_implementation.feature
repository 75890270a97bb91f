@extended @exact-names
Feature: A legacy key next to a model, another key or a container
  A predictor has exactly one implementation. The webhook converts a legacy key before it checks this, so a legacy key
  next to a model silently replaces the model, while a second legacy key remains and the service is rejected.

  @rule-legacy-key-overwrites-model
  Scenario: A legacy key next to a model silently replaces the model
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/of-the-key}
          model:
            modelFormat: {name: xgboost, version: "1"}
            storageUri: gs://example/models/of-the-model
      """
    Then the service is accepted
    And it is stored with format "sklearn"
    And it is stored without a version
    And it is stored with storageUri "gs://example/models/of-the-key"
    And it is stored without a legacy key

  @rule-legacy-key-overwrites-model @since-0.9.0
  Scenario: The runtime that the replaced model named is dropped
    Given a ClusterServingRuntime "chosen-for-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "named-by-the-model"
      | format  | version |
      | sklearn | 1       |
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
          model:
            modelFormat: {name: sklearn}
            runtime: named-by-the-model
      """
    Then it is stored without a runtime
    And it runs on ClusterServingRuntime "chosen-for-sklearn"

  @rule-legacy-key-overwrites-model @until-0.8.0
  Scenario: The built-in runtime takes the place of the one that the replaced model named
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
          model:
            modelFormat: {name: sklearn}
            runtime: named-by-the-model
      """
    Then it is stored with runtime "kserve-sklearnserver"

  @rule-exactly-one-implementation
  Scenario Outline: Two legacy keys, <one> and <other>, are rejected, <range>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          <one>: {storageUri: gs://example/models/model}
          <other>: {storageUri: gs://example/models/model}
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: The message begins with a capital letter
      | one     | other      | range         | text             |
      | sklearn | tensorflow | up to v0.13.1 | Exactly one of [ |
      | pmml    | lightgbm   | up to v0.13.1 | Exactly one of [ |

    @since-0.14.0
    Examples: The message begins with a small letter
      | one     | other      | range         | text             |
      | sklearn | tensorflow | since v0.14.0 | exactly one of [ |
      | pmml    | lightgbm   | since v0.14.0 | exactly one of [ |

  @rule-exactly-one-implementation @until-0.14.1
  Scenario: Up to v0.14.1 any container next to a legacy key is a second implementation
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
          containers:
            - {name: beside, image: example.com/beside:1}
      """
    Then the service is rejected with "xactly one of ["

  @rule-exactly-one-implementation @since-0.15.0
  Scenario: Since v0.15.0 a container with another name is accepted next to a legacy key
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
          containers:
            - {name: beside, image: example.com/beside:1}
      """
    Then the service is accepted
    And it is stored with format "sklearn"

  @rule-exactly-one-implementation @core
  Scenario: A container named kserve-container next to a legacy key is a second implementation
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
          containers:
            - {name: kserve-container, image: example.com/own:1}
      """
    Then the service is rejected with "xactly one of ["

  @rule-predictor-name-rejected @since-0.16.0
  Scenario: A name under a legacy key is rejected
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
      """
    Then the service is rejected with "the 'name' field is not allowed in standard predictor"

  @rule-predictor-name-rejected @until-0.15.2
  Scenario: Before v0.16.0 a name under a legacy key moves into the model
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            name: kserve-container
            storageUri: gs://example/models/model
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          model:
            name: kserve-container
            modelFormat: {name: sklearn}
      """
